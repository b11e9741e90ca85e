import { chosen } from './spot-adapters.ts'

// All that holds of the gateway at Binance Spot natively holds of it through ccxt.
chosen.adapter = 'ccxt'
await import('./gateway.test.ts')

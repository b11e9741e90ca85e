import { fault } from './binance-fault.ts'
import { shareOf } from './payable.ts'
import { oneOf, type Params } from './request-params.ts'
import type { ServedVenue } from './served-venue.ts'
import { eightDigits } from './wallet.ts'

/** What `GET account` answers. */
export function accountJson(venue: ServedVenue, nowMs: number, params: Params) {
  const all = venue.wallet.assets.map((asset) => ({ asset, ...venue.wallet.balance(asset) }))
  const isZero = (text: string) => /^0\.0+$/.test(text)
  const omitZero = oneOf(
    params.get('omitZeroBalances') ?? 'false',
    ['true', 'false'],
    fault.invalid('omitZeroBalances'),
  )
  const balances = omitZero === 'true' ? all.filter(({ free, locked }) => !isZero(free) || !isZero(locked)) : all
  const { fees } = venue
  const rateOf = (isMaker: boolean) => eightDigits(shareOf({ units: 1n, scale: 0 }, fees, isMaker))
  return {
    // In basis points, as whole numbers; `commissionRates` has all digits.
    makerCommission: Math.round(fees.makerBps),
    takerCommission: Math.round(fees.takerBps),
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: { maker: rateOf(true), taker: rateOf(false), buyer: '0.00000000', seller: '0.00000000' },
    canTrade: true,
    canWithdraw: false,
    canDeposit: false,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: nowMs,
    accountType: 'SPOT',
    balances,
    permissions: ['SPOT'],
    uid: 1,
  }
}

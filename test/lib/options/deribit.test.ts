import { expect, test } from 'vitest'
import { readChunks } from '#lib/files/read-chunks.ts'
import { textLines } from '#lib/files/text-lines.ts'
import { inverseGreeksOf } from '#lib/options/black76.ts'
import { impliedVolatility } from '#lib/options/implied-volatility.ts'
import { describeShared, sharedDir } from '#test/shared.ts'

type Ticker = {
  instrument_name: string
  timestamp: number
  underlying_price: number
  mark_price: number
  mark_iv: number
  greeks: { delta: number; gamma: number; vega: number; theta: number }
}

function* tickers(): Generator<Ticker> {
  for (const line of textLines(readChunks(`${sharedDir}data/crypto-raw/cryptofeed-jsonl/DERIBIT.jsonl.gz`))) {
    const { t, data } = JSON.parse(line) as { t: string; data?: string }
    if (t !== 'recv' || data === undefined || !data.includes('"greeks"')) continue
    yield (JSON.parse(data) as { params: { data: Ticker } }).params.data
  }
}

const expiresMs = (name: string) => {
  const [, day = '', month = '', year = ''] = /-(\d{1,2})([A-Z]{3})(\d{2})-/.exec(name) ?? []
  return Date.parse(`${day.padStart(2, '0')} ${month} 20${year} 08:00:00 UTC`)
}

describeShared("inverse options, against Deribit's own marks and greeks", () => {
  test('[O4] [O5] price, delta, gamma, vega, theta and volatility of every recorded ticker, as far as it is rounded', () => {
    const seen = new Set<string>()
    let frames = 0
    const worst = { price: 0, delta: 0, gamma: 0, vega: 0, theta: 0, volatility: 0 }
    const note = (name: keyof typeof worst, error: number) => {
      worst[name] = Math.max(worst[name], error)
    }
    for (const { instrument_name, timestamp, underlying_price: forward, mark_price, mark_iv, greeks } of tickers()) {
      const years = (expiresMs(instrument_name) - timestamp) / (365 * 86_400_000)
      const [, , strike, side] = instrument_name.split('-')
      const right = side === 'C' ? ('call' as const) : ('put' as const)
      const terms = { right, forward, strike: Number(strike), years }
      const own = inverseGreeksOf({ ...terms, volatility: mark_iv / 100 })
      note('price', Math.abs(own.price - mark_price))
      note('delta', Math.abs(own.delta - greeks.delta))
      note('gamma', Math.abs(own.gamma - greeks.gamma))
      note('vega', Math.abs(own.vega / 100 - greeks.vega) / Math.max(1, greeks.vega))
      // On the last day Deribit's theta is what is left of the day.
      if (years > 2 / 365) note('theta', Math.abs(own.theta / 365 - greeks.theta) / Math.max(1, Math.abs(greeks.theta)))
      if (Math.abs(own.delta) > 0.05 && Math.abs(own.delta) < 0.95) {
        const found = impliedVolatility({ ...terms, spot: forward, rate: 0, yield: 0 }, mark_price * forward)
        note('volatility', 'error' in found ? 1 : Math.abs(found.volatility - mark_iv / 100))
      }
      seen.add(instrument_name)
      frames++
    }
    console.log(`Deribit: ${frames} tickers of ${seen.size} options, worst errors ${JSON.stringify(worst)}`)
    expect(seen.size).toBe(10)
    // Greeks have five digits, volatilities two of a percent; the forward they were made with is shown to a cent and may be some ms older.
    const limits = { price: 3e-4, delta: 2e-5, gamma: 1e-5, vega: 2e-4, theta: 2e-4, volatility: 1e-3 }
    expect(Object.entries(worst).filter(([name, error]) => error > limits[name as keyof typeof worst])).toEqual([])
  })
})

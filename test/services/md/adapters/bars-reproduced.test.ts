import { expect, it } from 'vitest'
import { addTrade, type Bar, barOf } from '#lib/bars/bar.ts'
import { bucketOf } from '#lib/bars/bucket.ts'
import { endResampling, resampleBar, startResampling } from '#lib/bars/resample-bars.ts'
import { planLeanImport } from '#services/md/adapters/import-lean.ts'
import { describeShared, sharedDir } from '#test/shared.ts'
import { readPlan } from './read-plan.ts'

const lean = `${sharedDir}data/lean/`
const barsIn = (path: string, side?: 'bid' | 'ask') =>
  readPlan(planLeanImport([`${lean}${path}`], { side })).facts.flatMap((fact) =>
    fact.topic === 'md.bar' ? [fact.payload] : [],
  )
const ohlc = ({ start, open, high, low, close }: Pick<Bar, 'start' | 'open' | 'high' | 'low' | 'close'>) =>
  [start, Number(open), Number(high), Number(low), Number(close)].join()

describeShared('bars of others, made again', () => {
  it('EUR/USD ticks of four days make the shipped bars of bid and of ask: 80,610 of a second, 5,225 of a minute', () => {
    const counts = { '1s': 0, '1m': 0 }
    for (const day of ['20140501', '20140502', '20140505', '20140506']) {
      const ticks = readPlan(planLeanImport([`${lean}forex/fxcm/tick/eurusd/${day}_quote.zip`], {})).facts
      for (const [folder, interval, widthUs] of [
        ['second', '1s', 1e6],
        ['minute', '1m', 60e6],
      ] as const) {
        for (const side of ['bid', 'ask'] as const) {
          const made: Bar[] = []
          for (const { at, payload } of ticks) {
            const price = 'kind' in payload && payload.kind === 'quote' ? payload[side] : null
            if (price === null) continue
            const { start, end } = bucketOf(at, widthUs)
            const open = made.at(-1)
            if (open !== undefined && open.start === start) addTrade(open, { at, price, size: '0' })
            else made.push(barOf(start, end, { at, price, size: '0' }))
          }
          const shipped = barsIn(`forex/fxcm/${folder}/eurusd/${day}_quote.zip`, side)
          expect(made.map(ohlc)).toEqual(shipped.map(ohlc))
          if (side === 'bid') counts[interval] += made.length
        }
      }
    }
    expect(counts).toEqual({ '1s': 80_610, '1m': 5_225 })
  }, 120_000)

  it('Coinbase seconds of three days make the shipped minutes, volumes too: 4,216', () => {
    let count = 0
    for (const day of ['20161007', '20161008', '20161009']) {
      const minutes = startResampling('1m')
      const seconds = barsIn(`crypto/coinbase/second/btcusd/${day}_trade.zip`)
      const made = [...seconds.flatMap((bar) => [...resampleBar(minutes, bar)]), ...endResampling(minutes)]
      const shipped = barsIn(`crypto/coinbase/minute/btcusd/${day}_trade.zip`)
      expect(made.map(ohlc)).toEqual(shipped.map(ohlc))
      expect(made.map(({ volume }) => Number(volume))).toEqual(shipped.map(({ volume }) => Number(volume)))
      count += made.length
    }
    expect(count).toBe(4_216)
  }, 60_000)
})

import { expect, it } from 'vitest'
import type { Bar } from '#lib/bars/bar.ts'
import { buildBar, endBars, startBars } from '#lib/bars/bar-builder.ts'
import { textLines } from '#lib/files/text-lines.ts'
import { readZipEntry, zipEntries } from '#lib/files/zip-archive.ts'
import { describeShared, sharedDir } from '#test/shared.ts'

const rowsOf = (path: string): string[][] => {
  const file = `${sharedDir}data/lean/${path}`
  return zipEntries(file).flatMap((entry) =>
    [...textLines(readZipEntry(file, entry))].filter((line) => line !== '').map((line) => line.split(',')),
  )
}

function barsOf(interval: string, trades: Iterable<{ at: number; price: string; size: string }>): Bar[] {
  const builder = startBars(interval)
  const bars: Bar[] = []
  for (const trade of trades) {
    const bar = buildBar(builder, trade)
    if (bar !== null) bars.push(bar)
  }
  const last = endBars(builder)
  return last === null ? bars : [...bars, last]
}

const numbers = ({ open, high, low, close }: Bar) => [open, high, low, close].map(Number).join()

describeShared('bars that were shipped beside their ticks', () => {
  it.each([
    ['second', '1s', 80_610],
    ['minute', '1m', 5_225],
  ])('[M3] EUR/USD ticks make every %s bar of four days, both sides', (name, interval, count) => {
    let equal = 0
    for (const day of ['20140501', '20140502', '20140505', '20140506']) {
      const ticks = rowsOf(`forex/fxcm/tick/eurusd/${day}_quote.zip`)
      const side = (column: number) =>
        barsOf(
          interval,
          ticks.map((row) => ({ at: Number(row[0]) * 1000, price: row[column] as string, size: '0' })),
        )
      const [bids, asks] = [side(1), side(2)]
      const shipped = rowsOf(`forex/fxcm/${name}/eurusd/${day}_quote.zip`)
      expect(bids).toHaveLength(shipped.length)
      for (const [i, row] of shipped.entries()) {
        const sideOf = (from: number) =>
          row
            .slice(from, from + 4)
            .map(Number)
            .join()
        const [bid, ask] = [bids[i] as Bar, asks[i] as Bar]
        if (bid.start === Number(row[0]) * 1000 && numbers(bid) === sideOf(1) && numbers(ask) === sideOf(6)) equal++
      }
    }
    expect(equal).toBe(count)
  })

  it('[M3] Coinbase seconds make every minute bar, volume included', () => {
    let equal = 0
    for (const day of ['20161007', '20161008', '20161009']) {
      const seconds = rowsOf(`crypto/coinbase/second/btcusd/${day}_trade.zip`)
      // A bar of a second is four trades in it: open, high, low, close; its volume counts once.
      const trades = seconds.flatMap(([ms, open, high, low, close, volume]) =>
        [open, high, low, close].map((price, i) => ({
          at: Number(ms) * 1000,
          price: price as string,
          size: i === 3 ? (volume as string) : '0',
        })),
      )
      const minutes = barsOf('1m', trades)
      const shipped = rowsOf(`crypto/coinbase/minute/btcusd/${day}_trade.zip`)
      expect(minutes).toHaveLength(shipped.length)
      for (const [i, row] of shipped.entries()) {
        const bar = minutes[i] as Bar
        const isSame = bar.start === Number(row[0]) * 1000 && numbers(bar) === row.slice(1, 5).map(Number).join()
        if (isSame && Math.abs(Number(bar.volume) - Number(row[5])) <= 1e-9 * Number(row[5])) equal++
      }
    }
    expect(equal).toBe(4_216)
  })
})

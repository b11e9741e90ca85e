import type { Trade } from '#lib/bars/bar.ts'
import type { NarrowBar } from '#lib/bars/resample-bars.ts'
import { readCsvTable } from '#lib/files/csv-table.ts'
import { cellAt, decimalAt, faultAt, neededColumn, unsignedAt } from './table-cells.ts'

/** The trades of a CSV with the columns ms (milliseconds), price and size, in its order. Throws a UserError with file and line. */
export function readTrades(file: string): Trade[] {
  const table = readCsvTable(file)
  const ms = neededColumn(table, 'ms', 'time_ms')
  const price = neededColumn(table, 'price')
  const size = neededColumn(table, 'size', 'volume', 'qty')
  return table.rows.map((_, row) => ({
    at: Math.round(Number(decimalAt(table, row, ms)) * 1000),
    price: decimalAt(table, row, price),
    size: unsignedAt(table, row, size),
  }))
}

/** The bars of one minute of a CSV with the columns time, open, high, low, close and volume. Throws a UserError with file and line. */
export function readMinuteBars(file: string): NarrowBar[] {
  const table = readCsvTable(file)
  const time = neededColumn(table, 'time', 'timestamp')
  const [open, high, low, close, volume] = ['open', 'high', 'low', 'close', 'volume'].map((name) =>
    neededColumn(table, name),
  ) as [number, number, number, number, number]
  return table.rows.map((_, row) => {
    const start = Date.parse(cellAt(table, row, time)) * 1000
    if (Number.isNaN(start)) throw faultAt(table, row, time, 'a time like 2018-04-04T00:00:00.000Z')
    return {
      start,
      end: start + 60_000_000,
      open: decimalAt(table, row, open),
      high: decimalAt(table, row, high),
      low: decimalAt(table, row, low),
      close: decimalAt(table, row, close),
      volume: unsignedAt(table, row, volume),
    }
  })
}

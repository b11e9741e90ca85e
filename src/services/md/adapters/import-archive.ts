import { basename } from 'node:path'
import { textLines } from '#lib/files/text-lines.ts'
import { unreadable } from '#lib/files/unreadable.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { type ArchiveFile, type ArchiveKind, archiveFile, archiveReader } from './binance/archive.ts'
import { binanceListing } from './binance/listings.ts'
import { type BinanceMarket, marketNamed, marketOfSymbol } from './binance/markets.ts'
import { toldOnce } from './binance/told-once.ts'
import { chunksOf } from './import-csv.ts'
import type { ImportPlan, Listed } from './import-plan.ts'
import { LineFault } from './line-fault.ts'
import type { MarketSource } from './market-source.ts'
import { mergeByTime } from './merge-by-time.ts'
import { readLines } from './read-lines.ts'
import { sourceFiles } from './source-files.ts'

/**
 * Files of Binance's public archive (https://data.binance.vision): klines, trades, aggTrades, bookTicker and fundingRate, zipped or not. The market is the
 * one that is named, or the only one that has such a symbol, or that of the folders as the archive has them, or spot.
 */
export function planArchiveImport(named: readonly string[], venueName: string | undefined): ImportPlan {
  const files = sourceFiles(named, ['.zip', '.csv', '.csv.gz'])
  const listed = new Map<string, Listed>()
  const notes: string[] = []
  const series = new Map<string, Series>()
  const known: Known[] = []
  for (const { path } of files) {
    const file = archiveFile(basename(path))
    // Klines of a mark price are named as those of trades.
    const isOther = /(markPrice|indexPrice|premiumIndex)Klines/.test(path)
    if (file === null || isOther)
      notes.push(`${path} is left out: no klines, trades, aggTrades, bookTicker or fundingRate`)
    else known.push({ path, file, listing: binanceListing(file.symbol, marketOf(path, file.symbol, venueName)) })
  }
  for (const one of known) {
    const { path, file, listing } = one
    if (known.some((other) => holdsTradesOf(other, one))) {
      notes.push(`${path} is left out: the trades that it sums up are there`)
      continue
    }
    listed.set(listing.instrument, listing)
    const key = `${listing.instrument} ${file.kind} ${file.interval}`
    const own = series.get(key) ?? { kind: file.kind, sources: [] }
    series.set(key, own)
    own.sources.push(archiveSource(path, file, listing.instrument))
  }
  if (series.size === 0)
    throw new UserError('holds no file of the archive', {
      file: named[0],
      hint: 'they are named like BTCUSDT-1m-2025-01.zip or BTCUSDT-aggTrades-2024-08-08.csv',
    })
  return { files, sources: [...series.values()].map(seriesSource), listed, notes }
}

type Known = { readonly path: string; readonly file: ArchiveFile; readonly listing: Listed }

/** Trades of one instrument, of the time of its sums or a part of it. */
const holdsTradesOf = (trades: Known, sums: Known): boolean =>
  sums.file.kind === 'aggTrades' &&
  trades.file.kind === 'trades' &&
  trades.listing.instrument === sums.listing.instrument &&
  (trades.file.period.startsWith(sums.file.period) || sums.file.period.startsWith(trades.file.period))

type Series = { readonly kind: ArchiveKind; readonly sources: MarketSource[] }

/** Files of one series may overlap: a day, and the month that holds it. */
function seriesSource({ kind, sources }: Series): MarketSource {
  return {
    file: sources[0]?.file ?? '',
    notBefore: Math.min(...sources.map(({ notBefore }) => notBefore)),
    facts: (report) => toldOnce(mergeByTime(sources, report), kind, report),
  }
}

/** What is named, or what the symbol tells (`BTCUSD_PERP`), or the folder. */
function marketOf(path: string, symbol: string, venueName: string | undefined): BinanceMarket {
  const name = venueName?.toLowerCase()
  if (name !== undefined && !/^binance\b/.test(name))
    throw new UserError(`${venueName} is no market of Binance's archive`, {
      hint: '--venue takes binance, binance-usdm or binance-cm',
    })
  const named = name === undefined ? undefined : marketNamed(name)
  const own = marketOfSymbol(symbol)
  if (named !== undefined && own !== undefined && named !== own)
    throw new UserError(`${symbol} is of binance-${own}, not of ${venueName}`, { file: path })
  if (named !== undefined || own !== undefined) return (named ?? own) as BinanceMarket
  if (/[\\/]futures[\\/]um[\\/]/.test(path)) return 'usdm'
  return /[\\/]futures[\\/]cm[\\/]/.test(path) ? 'cm' : 'spot'
}

function archiveSource(path: string, file: ArchiveFile, instrument: string): MarketSource {
  return {
    file: path,
    notBefore: firstAt(path, archiveReader(file, instrument)),
    facts: (report) => readLines(path, chunksOf(path), archiveReader(file, instrument), report),
  }
}

/** When the first row is; 0, the earliest there is, where that cannot be told. */
function firstAt(path: string, read: ReturnType<typeof archiveReader>): number {
  let left = 2
  try {
    for (const line of textLines(chunksOf(path))) {
      const fact = line === '' ? null : read(line)
      if (fact !== null) return fact.at
      if (--left === 0) return 0
    }
  } catch (error) {
    if (!(error instanceof LineFault)) throw unreadable(path, error)
  }
  return 0
}

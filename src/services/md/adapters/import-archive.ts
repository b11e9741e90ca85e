import { basename } from 'node:path'
import { textLines } from '#lib/files/text-lines.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { type ArchiveFile, archiveFile, archiveReader } from './binance/archive.ts'
import { binanceListing } from './binance/listings.ts'
import { type BinanceMarket, marketNamed } from './binance/markets.ts'
import { chunksOf } from './import-csv.ts'
import type { ImportPlan, Listed } from './import-plan.ts'
import { LineFault } from './line-fault.ts'
import type { MarketSource } from './market-source.ts'
import { readLines } from './read-lines.ts'
import { sourceFiles } from './source-files.ts'

/**
 * Files of Binance's public archive (https://data.binance.vision): klines, trades, aggTrades, bookTicker and fundingRate, zipped or not. The market is the
 * one that is named, or that of the folders as the archive has them, or spot.
 */
export function planArchiveImport(named: readonly string[], venueName: string | undefined): ImportPlan {
  const files = sourceFiles(named, ['.zip', '.csv', '.csv.gz'])
  const listed = new Map<string, Listed>()
  const notes: string[] = []
  const sources: MarketSource[] = []
  for (const { path } of files) {
    const file = archiveFile(basename(path))
    // Klines of a mark price are named as those of trades.
    const isOther = /(markPrice|indexPrice|premiumIndex)Klines/.test(path)
    if (file === null || isOther) {
      notes.push(`${path} is left out: no klines, trades, aggTrades, bookTicker or fundingRate`)
      continue
    }
    const listing = binanceListing(file.symbol, marketOf(path, venueName))
    listed.set(listing.instrument, listing)
    sources.push(archiveSource(path, file, listing.instrument))
  }
  if (sources.length === 0)
    throw new UserError('holds no file of the archive', {
      file: named[0],
      hint: 'they are named like BTCUSDT-1m-2025-01.zip or BTCUSDT-aggTrades-2024-08-08.csv',
    })
  return { files, sources, listed, notes }
}

function marketOf(path: string, venueName: string | undefined): BinanceMarket {
  if (venueName !== undefined) {
    if (/^binance\b/.test(venueName.toLowerCase())) return marketNamed(venueName.toLowerCase()) ?? 'spot'
    throw new UserError(`${venueName} is no market of Binance's archive`, {
      hint: '--venue takes binance, binance-usdm or binance-cm',
    })
  }
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
    if (error instanceof UserError) throw error
    if (!(error instanceof LineFault))
      throw new UserError(`cannot be read: ${(error as Error).message}`, { file: path })
  }
  return 0
}

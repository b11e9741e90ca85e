import { readChunks } from '#lib/files/read-chunks.ts'
import { depthFact, type Frame, parseFrame, quoteFact, snapshotFact, tradeFact } from './binance/binance-frame.ts'
import { type BinanceMarket, binanceListing, binanceMarketOf } from './binance/raw-market.ts'
import { quoted } from './decimal-text.ts'
import type { ImportPlan, Listed } from './import-plan.ts'
import { LineFault } from './line-fault.ts'
import type { MarketSource } from './market-source.ts'
import { type LineReader, readLines } from './read-lines.ts'
import type { ReadReport } from './read-report.ts'
import { sourceFiles } from './source-files.ts'

export type BinanceRawOptions = {
  /** Found from the frames where it is not said. */
  readonly market?: BinanceMarket
}

/** Recordings of Binance's WebSocket frames and REST snapshots: a line is `<receipt time in ns since 1970> <frame as it was sent>`. */
export function planBinanceRawImport(named: readonly string[], options: BinanceRawOptions = {}): ImportPlan {
  const files = sourceFiles(named, ['.gz', '.txt', '.log', '.jsonl'])
  const listed = new Map<string, Listed>()
  const sources = files.map(({ path }): MarketSource => {
    const market = options.market ?? binanceMarketOf(path)
    return {
      file: path,
      notBefore: 0,
      facts: (report) => readLines(path, readChunks(path), frameReader(market, listed, report), report),
    }
  })
  return { files, sources, listed, notes: [] }
}

/** Reads the lines of one recording; instruments are listed as they appear. */
export function frameReader(
  market: BinanceMarket,
  listed: Map<string, Listed>,
  report: Pick<ReadReport, 'leaveOut'>,
): LineReader {
  const instruments = new Map<string, string>()
  const instrumentOf = (symbol: unknown): string => {
    const known = instruments.get(symbol as string)
    if (known !== undefined) return known
    if (typeof symbol !== 'string' || !/^[A-Z0-9]{2,32}(_[A-Z0-9]{1,8})?$/.test(symbol)) {
      throw new LineFault(`the symbol is ${symbol === undefined ? 'missing' : quoted(JSON.stringify(symbol))}`)
    }
    const listing = binanceListing(symbol, market)
    instruments.set(symbol, listing.instrument)
    listed.set(listing.instrument, listing)
    return listing.instrument
  }
  return (line) => {
    const [whole, nanos = '', text = ''] = /^(\d{19}) (.*)$/.exec(line) ?? []
    if (whole === undefined) throw new LineFault(`starts with ${quoted(line)}, expected a time in ns and a frame`)
    const at = Number(nanos.slice(0, -3))
    const { stream, body } = parseFrame(text)
    if (body.lastUpdateId !== undefined)
      return snapshotFact(body, snapshotInstrument(body, instruments, instrumentOf), at)
    checkStream(stream, body)
    const kind = body.e ?? stream?.split('@')[1]
    if (kind === 'trade' || kind === 'aggTrade')
      return isMarketTrade(body, report) ? tradeFact(body, instrumentOf(body.s), at) : null
    if (kind === 'bookTicker') return quoteFact(body, instrumentOf(body.s), at)
    if (kind === 'depthUpdate') return depthFact(body, instrumentOf(body.s), at)
    if (typeof kind !== 'string') throw new LineFault('this is no frame of Binance')
    report.leaveOut(`frames of ${kind.slice(0, 40)}`)
    return null
  }
}

/** A snapshot names its symbol on the coin-margined market only; elsewhere it is of the one that the frames before it are of. */
function snapshotInstrument(
  body: Frame,
  instruments: ReadonlyMap<string, string>,
  instrumentOf: (symbol: unknown) => string,
): string {
  if (body.symbol !== undefined) return instrumentOf(body.symbol)
  const [only, ...more] = instruments.values()
  if (only === undefined || more.length > 0)
    throw new LineFault('a snapshot without a symbol, and the frames before it do not tell which')
  return only
}

function checkStream(stream: string | null, { s }: Frame): void {
  if (stream === null || typeof s !== 'string') return
  const symbol = stream.split('@')[0]
  if (symbol !== s.toLowerCase()) throw new LineFault(`the stream ${quoted(stream)} carries the symbol ${quoted(s)}`)
}

/** Futures streams also carry what the exchange itself did: insurance fund and auto-deleveraging. */
function isMarketTrade({ X }: Frame, report: Pick<ReadReport, 'leaveOut'>): boolean {
  if (X === undefined || X === 'MARKET') return true
  report.leaveOut('trades that were not made in the market')
  return false
}

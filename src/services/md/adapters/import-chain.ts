import { fileLines } from '#lib/files/file-lines.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { inChainOrder } from '../chains.ts'
import type { ChainSnapshot } from './chain-files/chain-row.ts'
import { endOfDayChains, isEndOfDay } from './chain-files/end-of-day.ts'
import { isUniverse, universeChain } from './chain-files/lean-universe.ts'
import { venueChains } from './chain-files/venue-json.ts'
import type { ImportPlan, Listed } from './import-plan.ts'
import { LineFault } from './line-fault.ts'
import type { MarketSource } from './market-source.ts'
import { jsonValue } from './normalize/read-fields.ts'
import { parseNumbersAsText } from './number-text.ts'
import type { ReadReport } from './read-report.ts'
import { sourceFiles } from './source-files.ts'

/** Files that hold option chains whole: an option tick of each contract, and behind them the chain, each at its instant. */
export function planChainImport(named: readonly string[]): ImportPlan {
  const files = sourceFiles(named, ['.csv', '.csv.gz', '.json', '.json.gz'])
  const listed = new Map<string, Listed>()
  const sources = files.map(({ path }): MarketSource => {
    // Of an end-of-day file the first row is enough: its rows are in order of days.
    const [first] = chainsIn(path, { badLine: () => undefined }, 2)
    return {
      file: path,
      notBefore: first?.at ?? 0,
      facts: (report) => factsOf(chainsIn(path, report), listed),
    }
  })
  return { files, sources, listed, notes: [] }
}

function chainsIn(file: string, report: Pick<ReadReport, 'badLine'>, rowsMost?: number): ChainSnapshot[] {
  const lines = [...fileLines(file)]
  const [first = ''] = lines
  try {
    const onBadLine = (line: number, message: string) => report.badLine(file, line, message)
    if (isUniverse(first)) return [universeChain(lines, file, onBadLine)]
    const chains = isEndOfDay(first)
      ? endOfDayChains(lines.slice(0, rowsMost), onBadLine)
      : venueChains(jsonValue(lines.join('\n'), parseNumbersAsText))
    return chains.sort((a, b) => a.at - b.at)
  } catch (error) {
    if (!(error instanceof LineFault)) throw error
    throw new UserError(error.message, {
      file,
      hint: 'CSV needs the header of an end-of-day file, or of a universe of LEAN',
    })
  }
}

function* factsOf(chains: readonly ChainSnapshot[], listings: Map<string, Listed>): Generator<MarketFact> {
  for (const { at, underlying, underlyingPrice, rows } of chains) {
    for (const { listed, tick } of rows) {
      listings.set(listed.instrument, listed)
      yield { at, topic: 'md.option.tick', payload: tick }
    }
    const contracts = rows.map(({ listed, tick }) => {
      const { instrument, expiry = '', strike = '', right = 'call' } = listed
      const { bid, bidSize, ask, askSize } = tick
      return { instrument, expiry, strike, right, bid, bidSize, ask, askSize }
    })
    const forwards = forwardsOf(rows, underlyingPrice)
    yield {
      at,
      topic: 'md.option.chain.snapshot',
      payload: { underlying, underlyingPrice, ...(forwards && { forwards }), contracts: contracts.sort(inChainOrder) },
    }
  }
}

/** What the rows of each expiry say that their options are on, where that is not one price. */
function forwardsOf(rows: ChainSnapshot['rows'], underlyingPrice: string | null): Record<string, string> | null {
  const said = rows.flatMap(({ listed: { expiry }, tick: { underlyingPrice: forward } }) =>
    expiry === undefined || forward === undefined ? [] : [[expiry, forward] as const],
  )
  return said.every(([, forward]) => forward === underlyingPrice) ? null : Object.fromEntries(said)
}

import type { MarketFact } from '#lib/market/market-fact.ts'
import { feedStatus } from '../feed-status.ts'
import { followNumbers } from '../normalize/follow-numbers.ts'
import type { ReadReport } from '../read-report.ts'
import type { ArchiveKind } from './archive.ts'

/** As the exchange names them. */
const streamOf: Readonly<Record<ArchiveKind, string>> = {
  trades: 'trade',
  aggTrades: 'aggTrade',
  bookTicker: 'bookTicker',
  klines: 'kline',
  fundingRate: 'funding',
}

/**
 * Facts of one series whose files may overlap, each once: trades and quotes by their numbers, bars and funding by their times. Numbers of trades that no file
 * has are a gap. [MD-I14a]
 */
export function* toldOnce(
  facts: Iterable<MarketFact>,
  kind: ArchiveKind,
  report: Pick<ReadReport, 'leaveOut'>,
): Generator<MarketFact> {
  let at = 0
  let newestAt = Number.NEGATIVE_INFINITY
  let said: MarketFact[] = []
  const numbers = followNumbers(
    (statement) => said.push({ ...statement, at } as MarketFact),
    (state, code, what) => {
      if (state === 'refused') report.leaveOut(toldBefore)
      else said.push({ at, ...feedStatus('binance', { state, code, ...what }) })
    },
    () => false,
  )
  for (const fact of facts) {
    at = fact.at
    const { topic, payload } = fact
    if (topic === 'md.tick') {
      if (payload.kind === 'trade') numbers.trade(payload, streamOf[kind], payload.sequence ?? null, true)
      else numbers.quote(payload, streamOf[kind])
    } else if (at > newestAt) said.push(fact)
    else report.leaveOut(toldBefore)
    newestAt = at
    yield* said
    said = []
  }
  numbers.end()
  yield* said
}

const toldBefore = 'told before'

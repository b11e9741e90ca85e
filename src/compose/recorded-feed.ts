import { readSecret } from '#lib/bus/auth.ts'
import { RecordPublisher } from '#lib/bus/record-publisher.ts'
import { trustedCa } from '#lib/bus/trusted-ca.ts'
import { pacedFacts } from '#services/md/adapters/paced-facts.ts'
import { type FactOfRun, factsOfRun } from './recorded-run.ts'
import type { RunFeed } from './topology.ts'

export type FeedingRun = {
  readonly url: string
  readonly keys: string
  readonly signal: AbortSignal
  readonly onFault: (message: string, error?: Error) => void
  readonly onFed: (facts: number) => void
}

/** Feeds what entered a run from outside into another tree, at the feed's speed. */
export function feedRun({ path, speed, seek }: RunFeed, { keys, signal, ...options }: FeedingRun): RecordPublisher {
  const isSkipped = ({ seq, at }: FactOfRun): boolean =>
    seek !== undefined && ('at' in seek ? at < seek.at : seq < seek.seq)
  const facts = pacedFacts(factsOfRun(path), { speed, signal, isSkipped })
  const ca = trustedCa(options.url, keys)
  return new RecordPublisher({ ...options, ca, secretOf: (identity) => readSecret(keys, identity), facts })
}

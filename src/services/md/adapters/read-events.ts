import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { blockLines, type Damage } from '#lib/files/block-lines.ts'
import { blockFilesIn } from '#lib/files/read-blocks.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { catalogue, isTopic } from '#schemas/catalogue.ts'
import { readDataSet } from './read-data-set.ts'

/**
 * Market data wherever trader wrote it: a data set, a recording, or a file of events a line. Throws a UserError with file and line; what is behind a
 * damaged block of a recording, or a line that is too long, is read where `onDamage` takes it.
 */
export function readEvents(path: string, onDamage: (damage: Damage) => void = refuse): Iterable<MarketFact> {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) throw new UserError('there is no such file or folder', { file: path })
  if (!stat.isDirectory()) return eventsIn([path], onDamage)
  if (existsSync(join(path, 'manifest.json'))) return readDataSet(path)
  const files = blockFilesIn(join(path, 'events'))
  if (files.length > 0) return eventsIn(files, onDamage)
  throw new UserError('is neither a data set nor a recording', { file: path })
}

function refuse(damage: Damage): never {
  const { file, line, fault, block } = damage
  throw new UserError(fault, block === null ? { file, line } : { file })
}

function* eventsIn(files: readonly string[], onDamage: (damage: Damage) => void): Generator<MarketFact> {
  for (const file of files) {
    let line = 0
    for (const text of blockLines(file)) {
      if (typeof text !== 'string') {
        onDamage(text)
        line += text.lines
        continue
      }
      line++
      if (text === '') continue
      const fact = eventIn(text)
      if (typeof fact === 'string') throw new UserError(fact, { file, line })
      if (fact !== null) yield fact
    }
  }
}

/** An event of the market, null for one of another kind, or what is wrong with the line. */
function eventIn(text: string): MarketFact | null | string {
  let event: unknown
  try {
    event = JSON.parse(text)
  } catch {
    return 'is not JSON'
  }
  const { at, topic, payload } = (event ?? {}) as { at?: unknown; topic?: unknown; payload?: unknown }
  if (typeof at !== 'number' || !Number.isSafeInteger(at) || typeof topic !== 'string' || !isTopic(topic))
    return 'is no event: it has no time, or no topic that is known'
  if (!topic.startsWith('md.')) return null
  const checked = catalogue[topic].schema.safeParse(payload)
  if (checked.success) return { at, topic, payload: checked.data } as MarketFact
  const issue = checked.error.issues[0]
  return `payload.${issue?.path.join('.')}: ${issue?.message}`
}

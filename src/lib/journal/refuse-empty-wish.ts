import { topicPattern } from '#lib/journal/topic-pattern.ts'
import { nearestWords } from '#lib/terminal/nearest-words.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { catalogue, namespaceOf } from '#schemas/catalogue.ts'

const topics = Object.keys(catalogue)
const words = [...new Set([...topics.map(namespaceOf), ...topics])]

/** Throws a UserError for the first topic, namespace or pattern that no topic of the catalogue matches. */
export function refuseUnknownTopics(wanted: readonly string[] | undefined): void {
  for (const text of wanted ?? []) {
    const pattern = topicPattern([text])
    if (pattern === null || topics.some((topic) => pattern.matches(topic))) continue
    const [nearest] = nearestWords(text, words)
    const hint = nearest === undefined ? 'see: trader schema list' : `did you mean: ${nearest}`
    throw new UserError(`--topic: there is no topic ${text}`, { hint })
  }
}

/** Throws a UserError where the first seq lies behind the last. */
export function refuseEmptyRange(from: number | undefined, to: number | undefined): void {
  if (from !== undefined && to !== undefined && from > to)
    throw new UserError(`--from ${from} is behind --to ${to}: nothing lies between them`)
}

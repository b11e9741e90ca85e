import { namespaceOf } from '#schemas/catalogue.ts'

/** Which topics a reader wants, and where they lie. */
export type TopicPattern = {
  readonly matches: (topic: string) => boolean
  /** May there be a topic that matches in that namespace? */
  readonly isIn: (namespace: string) => boolean
}

/**
 * Topics (`md.bar`), namespaces (`md`), or patterns in which `*` stands for any text (`order.*`, `*.rejected`). Null, all topics, where
 * nothing is said.
 */
export function topicPattern(wanted: readonly string[] | undefined): TopicPattern | null {
  if (wanted === undefined) return null
  const texts = wanted.map((text) => (text.includes('.') || text.includes('*') ? text : `${text}.*`))
  const known = new Map<string, boolean>()
  const patterns = texts.map(starred)
  const namespaces = texts.map((text) => starred(namespaceText(text)))
  return {
    matches(topic) {
      let isWanted = known.get(topic)
      if (isWanted === undefined) {
        isWanted = patterns.some((fits) => fits(topic))
        known.set(topic, isWanted)
      }
      return isWanted
    },
    isIn: (namespace) => namespaces.some((fits) => fits(namespace)),
  }
}

// A star in front of the first dot may stand for dots as well.
const namespaceText = (text: string): string => {
  const star = text.indexOf('*')
  const dot = text.indexOf('.')
  if (star < 0) return namespaceOf(text)
  return dot >= 0 && dot < star ? text.slice(0, dot) : `${text.slice(0, star)}*`
}

/** A star is any text, also none. Each part between two is taken where it comes first: no pattern takes long. */
function starred(pattern: string): (text: string) => boolean {
  const [head = '', ...parts] = pattern.split('*')
  const tail = parts.pop()
  if (tail === undefined) return (text) => text === head
  return (text) => {
    if (!text.startsWith(head) || !text.endsWith(tail)) return false
    let at = head.length
    for (const part of parts) {
      const found = text.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return at <= text.length - tail.length
  }
}

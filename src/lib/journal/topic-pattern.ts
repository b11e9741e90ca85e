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
  const patterns = texts.map((text) => new RegExp(`^${text.split('*').map(escaped).join('.*')}$`))
  const namespaces = texts.map((text) => new RegExp(`^${namespaceText(text).split('*').map(escaped).join('.*')}$`))
  return {
    matches(topic) {
      let isWanted = known.get(topic)
      if (isWanted === undefined) {
        isWanted = patterns.some((pattern) => pattern.test(topic))
        known.set(topic, isWanted)
      }
      return isWanted
    },
    isIn: (namespace) => namespaces.some((pattern) => pattern.test(namespace)),
  }
}

// A star in front of the first dot may stand for dots as well.
const namespaceText = (text: string): string => {
  const star = text.indexOf('*')
  const dot = text.indexOf('.')
  if (star < 0) return namespaceOf(text)
  return dot >= 0 && dot < star ? text.slice(0, dot) : `${text.slice(0, star)}*`
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

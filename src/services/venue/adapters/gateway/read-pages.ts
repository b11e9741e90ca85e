import type { Answer } from './real-venue.ts'
import { faulty } from './understood.ts'

/** No account has so many. */
const pagesMost = 10_000

/**
 * A record of an exchange, page by page: `next` takes one in and says which comes then, undefined behind the last. One that comes again, or too many of them,
 * is a record that does not end: that proves nothing, and what was read of it is not all. [G43]
 */
export async function readPages<Page, At>(
  first: At,
  ask: (at: At) => Promise<Answer<Page>>,
  next: (page: Page, at: At) => At | undefined,
): Promise<Answer<null>> {
  const asked = new Set<At>()
  for (let at = first; ; ) {
    if (asked.has(at)) return faulty(`its record does not end: page ${at} comes again`)
    if (asked.size >= pagesMost) return faulty(`its record does not end: ${pagesMost} pages`)
    asked.add(at)
    const page = await ask(at)
    if (page.kind !== 'done') return page
    const then = next(page.value, at)
    if (then === undefined) return { kind: 'done', value: null }
    at = then
  }
}

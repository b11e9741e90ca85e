import type { HttpOutcome } from './session-wire.ts'

const timeoutMs = 9_000
/** Longer than any list of instruments. */
const longestText = 64 << 20

/** What an address answers; never throws. */
export async function fetchText(
  url: string,
  usedHeader: string | undefined,
  signal?: AbortSignal,
): Promise<HttpOutcome> {
  try {
    const timeout = AbortSignal.timeout(timeoutMs)
    const answer = await fetch(url, { signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]) })
    const text = await answer.text()
    const used = Number(usedHeader === undefined ? Number.NaN : answer.headers.get(usedHeader))
    return {
      status: answer.status,
      text: text.length > longestText ? '' : text,
      retryAfterMs: retryAfterMs(answer.headers.get('retry-after')),
      usedWeight: Number.isFinite(used) && used > 0 ? used : null,
    }
  } catch (error) {
    const { message, cause } = error as Error
    const why = cause instanceof Error ? cause.message : message
    return { status: 0, text: why, retryAfterMs: null, usedWeight: null }
  }
}

/** Seconds, or a date; null where it says neither. */
export function retryAfterMs(header: string | null): number | null {
  if (header === null || header.trim() === '') return null
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return seconds < 0 ? null : seconds * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now())
}

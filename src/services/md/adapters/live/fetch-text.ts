import { retryAfterMs } from '#lib/time/retry-after.ts'
import type { HttpOutcome } from './session-wire.ts'

const timeoutMs = 9_000
/** Longer than any list of instruments. */
const longestBytes = 64 << 20

/** What an address answers; never throws. */
export async function fetchText(
  url: string,
  usedHeader: string | undefined,
  signal?: AbortSignal,
): Promise<HttpOutcome> {
  try {
    const timeout = AbortSignal.timeout(timeoutMs)
    const answer = await fetch(url, { signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]) })
    const text = await textOf(answer)
    const used = Number(usedHeader === undefined ? Number.NaN : answer.headers.get(usedHeader))
    return {
      status: answer.status,
      text,
      retryAfterMs: retryAfterMs(answer.headers.get('retry-after')),
      usedWeight: Number.isFinite(used) && used > 0 ? used : null,
    }
  } catch (error) {
    const { message, cause } = error as Error
    const why = cause instanceof Error ? cause.message : message
    return { status: 0, text: why, retryAfterMs: null, usedWeight: null }
  }
}

/** Nothing where it is longer than what is read of it. */
async function textOf(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length
    // Leaving the loop ends the connection.
    if (bytes > longestBytes) return ''
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

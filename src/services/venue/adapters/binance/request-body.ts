import type { IncomingMessage } from 'node:http'
import { fault } from './binance-fault.ts'

export const longestBody = 64 << 10
/** What of a body that is too long is still read, so that who sends it can hear the answer. */
const discardedMost = 16 << 20

/** The body of a request, which came whole. Throws a BinanceFault where it is too long. [B5] */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > discardedMost) throw fault.tooLong(longestBody)
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= longestBody) chunks.push(chunk)
    if (bytes > discardedMost) break
  }
  if (bytes > longestBody) throw fault.tooLong(longestBody)
  return Buffer.concat(chunks).toString('utf8')
}

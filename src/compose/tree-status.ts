import { get } from 'node:http'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import type { RouterStatus } from '#lib/terminal/dashboard/process-row.ts'

const Status = z.object({
  isIdle: z.boolean(),
  run: z.string(),
  head: z.number(),
  eventsPerSecond: z.number(),
  durability: z.record(z.string(), z.enum(['fsync', 'written'])).optional(),
  connections: z.array(
    z.object({
      identity: z.string(),
      state: z.string(),
      seq: z.number(),
      behind: z.number(),
      rttMs: z.number().nullable(),
    }),
  ),
})

/** What a router (ws://...) says of itself; null when it is away, or does not answer within a second. */
export async function routerStatus(routerUrl: string): Promise<RouterStatus | null> {
  const body = await bodyOf(new URL('/status', routerUrl.replace(/^ws/, 'http')))
  return body === null ? null : Status.parse(JSON.parse(body))
}

const bodyOf = (url: URL): Promise<string | null> =>
  new Promise((resolve) => {
    const request = get(url, { signal: AbortSignal.timeout(1_000) }, (response) => {
      if (response.statusCode !== 200) resolve(null)
      text(response).then(resolve, () => resolve(null))
    })
    request.on('error', () => resolve(null))
  })

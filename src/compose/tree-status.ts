import { get as getPlain } from 'node:http'
import { get as getSecure } from 'node:https'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import type { RouterDoor } from '#compose/tree-door.ts'
import { secretOrNull } from '#lib/bus/auth.ts'
import { trustedCa } from '#lib/bus/trusted-ca.ts'
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

/** What a router (ws://...) says of itself; null when it is away, or does not answer within a second. Throws a UserError where its CA is missing. */
export async function routerStatus({ routerUrl, keys }: RouterDoor): Promise<RouterStatus | null> {
  const body = await bodyOf(new URL('/status', routerUrl.replace(/^ws/, 'http')), {
    ca: trustedCa(routerUrl, keys),
    headers: routerUrl.startsWith('wss:') ? metricsBearer(keys) : {},
  })
  return body === null ? null : Status.parse(JSON.parse(body))
}

/** The same for who only shows it, and runs on whatever is wrong: null then too. */
export const statusToShow = (door: RouterDoor): Promise<RouterStatus | null> => routerStatus(door).catch(() => null)

/** Asked for where a router is spoken to by an address that is not of this machine alone: over TLS, so that nobody else hears it. */
function metricsBearer(keys: string): { authorization?: string } {
  const secret = secretOrNull(keys, 'metrics', () => undefined)
  return secret === null ? {} : { authorization: `Bearer ${secret}` }
}

const bodyOf = (
  url: URL,
  options: { ca: string | undefined; headers: { authorization?: string } },
): Promise<string | null> =>
  new Promise((resolve) => {
    const get = url.protocol === 'https:' ? getSecure : getPlain
    const request = get(url, { ...options, signal: AbortSignal.timeout(1_000) }, (response) => {
      if (response.statusCode !== 200) resolve(null)
      text(response).then(resolve, () => resolve(null))
    })
    request.on('error', () => resolve(null))
  })

import { get as getPlain } from 'node:http'
import { get as getSecure } from 'node:https'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import type { RouterDoor } from '#compose/tree-door.ts'
import { secretOrNull } from '#lib/bus/auth.ts'
import { isTlsFault, trustedCa } from '#lib/bus/trusted-ca.ts'
import type { RouterStatus } from '#lib/terminal/dashboard/process-row.ts'
import { UserError } from '#lib/terminal/user-error.ts'

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

/**
 * What a router (ws://...) says of itself; null when it is away, or does not answer within a second. Throws a UserError where its CA is missing, its
 * certificate does not vouch for it, or something else is there.
 */
export async function routerStatus({ routerUrl, keys }: RouterDoor): Promise<RouterStatus | null> {
  const ca = trustedCa(routerUrl, keys)
  const headers = ca === undefined ? {} : metricsBearer(keys)
  const body = await bodyOf(new URL('/status', routerUrl.replace(/^ws/, 'http')), { ca, headers }).catch(
    (error: Error) => {
      throw new UserError(`the router at ${routerUrl}: ${error.message}`)
    },
  )
  if (body === null) return null
  const status = Status.safeParse(jsonOf(body))
  if (status.success) return status.data
  throw new UserError(`at ${routerUrl} something answers that is no router`)
}

/** The same for who only shows it, and runs on whatever is wrong: null then too. */
export const statusToShow = (door: RouterDoor): Promise<RouterStatus | null> => routerStatus(door).catch(() => null)

/** Asked for where a router is spoken to by an address that is not of this machine alone: over TLS, so that nobody else hears it. */
function metricsBearer(keys: string): { authorization?: string } {
  const secret = secretOrNull(keys, 'metrics', () => undefined)
  return secret === null ? {} : { authorization: `Bearer ${secret}` }
}

/** Null where nobody is there, or nothing came in time. */
const bodyOf = (
  url: URL,
  options: { ca: string | undefined; headers: { authorization?: string } },
): Promise<string | null> =>
  new Promise((resolve, reject) => {
    const isPlain = url.protocol === 'http:'
    const get = isPlain ? getPlain : getSecure
    const request = get(url, { ...options, signal: AbortSignal.timeout(1_000) }, (response) => {
      const { statusCode } = response
      if (statusCode !== 200) reject(new Error(`it answers ${statusCode}: who asks has not its secret of metrics`))
      text(response).then(resolve, () => resolve(null))
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (isTlsFault(error.message)) reject(error)
      else if (isPlain && error.code === 'ECONNRESET')
        reject(new Error('it hangs up: beyond its machine it speaks TLS (wss:)'))
      else resolve(null)
    })
  })

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

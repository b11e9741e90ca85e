import { setTimeout as sleep } from 'node:timers/promises'
import { readSecret } from '#lib/bus/auth.ts'
import { Connection } from '#lib/bus/connection.ts'
import { trustedCa } from '#lib/bus/trusted-ca.ts'
import { sayWaiting } from '#lib/process/say-waiting.ts'
import type { Event } from '#schemas/event.ts'
import { clock } from '#services/clock/service.ts'
import type { ProcessFlags } from './service-process.ts'

const looksBack = 4_096
const topics = [...clock.emits, ...clock.subscribes]

/**
 * The newest time that a log has of the clock, or of what a clock hears near its end, in microseconds; -1 where there is none. Waits for the
 * router.
 */
export async function newestTimeInLog(flags: ProcessFlags): Promise<number> {
  const hasCome = sayWaiting(`the router at ${flags.url}`)
  for (let events = looksBack; ; events *= 8) {
    const found = await newestOf(flags, events)
    if (found !== null) hasCome()
    if (found === null) await sleep(100)
    else if (found.hasTime || found.isAll) return found.at
  }
}

type Found = { readonly at: number; readonly hasTime: boolean; readonly isAll: boolean }

/** Of the last events of the log; null when the router went away. Where the log ends is known with the welcome of a first connection. */
async function newestOf(flags: ProcessFlags, events: number): Promise<Found | null> {
  const head = await ask(flags, null, () => true)
  if (head === null) return null
  const from = Math.max(1, head - events)
  let [at, hasTime] = [-1, false]
  const read = await ask(flags, from, (to, lines) => {
    for (const line of lines) {
      const event = JSON.parse(line) as Event
      if (event.at > at) at = event.at
      if (event.topic === 'system.time') hasTime = true
    }
    return to >= head
  })
  return read === null ? null : { at, hasTime, isAll: from === 1 }
}

/** Reads until `hear` has enough; resolves with the head at the welcome, or null when the router went away before. Rejects where it refuses. */
function ask(
  { url, keys }: ProcessFlags,
  from: number | null,
  hear: (to: number, lines: readonly string[]) => boolean,
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    let head = 0
    const end = () => {
      resolve(head)
      void connection.close()
    }
    const connection: Connection = new Connection({
      url,
      identity: 'clock',
      secret: readSecret(keys, 'clock'),
      ca: trustedCa(url, keys),
      comesBack: false,
      wish: () => ({ from, topics, isService: false }),
      onWelcome: (welcome) => {
        head = welcome.head
        if (from === null || head < from) end()
      },
      onEvents: (_from, to, lines) => hear(to, lines) && end(),
      onRefused: (reason) => reject(new Error(`the router refuses: ${reason}`)),
      onLost: () => resolve(null),
    })
  })
}

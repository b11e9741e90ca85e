import { setTimeout as sleep } from 'node:timers/promises'
import { readSecret } from '#lib/bus/auth.ts'
import { connectBus } from '#lib/bus/bus-client.ts'
import type { Event } from '#schemas/event.ts'
import type { ProcessFlags } from './service-process.ts'

const looksBack = 4_096

/** The newest time that a log has of the clock, or of any event near its end, in microseconds; -1 where it is empty. Waits for the router. */
export async function newestTimeInLog({ url, keys }: ProcessFlags, signal: AbortSignal): Promise<number> {
  const door = { url, identity: 'clock', secret: readSecret(keys, 'clock') }
  for (let events = looksBack; !signal.aborted; ) {
    try {
      const asking = await connectBus({ ...door, from: null, topics: null })
      const { head } = asking.welcome
      await asking.close()
      const from = Math.max(1, head - events)
      const { at, hasTime } = await newestOf(door, from, head)
      if (hasTime || from === 1) return at
      events *= 8
    } catch {
      await sleep(100)
    }
  }
  return -1
}

function newestOf(
  door: { readonly url: string; readonly identity: string; readonly secret: string },
  from: number,
  head: number,
): Promise<{ readonly at: number; readonly hasTime: boolean }> {
  let [newest, hasTime] = [-1, false]
  return new Promise((resolve, reject) => {
    const take = (events: readonly Event[]) => {
      for (const { seq, at, topic } of events) {
        if (at > newest) newest = at
        if (topic === 'system.time') hasTime = true
        if (seq !== head) continue
        resolve({ at: newest, hasTime })
        connected.then((bus) => bus.close(), reject)
      }
    }
    const onClose = () => reject(new Error('the router is away'))
    const connected = connectBus({ ...door, from, topics: null, onEvents: take, onClose })
    connected.then((bus) => {
      if (head > 0) return
      resolve({ at: -1, hasTime })
      void bus.close()
    }, reject)
  })
}

import { readSecret } from '#lib/bus/auth.ts'
import { type BusConnection, connectBus } from '#lib/bus/bus-client.ts'
import { firstKeptIn } from '#lib/bus/subscriber.ts'
import { trustedCa } from '#lib/bus/trusted-ca.ts'
import { historyTopics, marketTopics, newestTopics } from '#lib/terminal/dashboard/screen-state.ts'
import type { Event } from '#schemas/event.ts'

const retryAfterMs = 500

/**
 * Reads along as the operator: what positions, orders and halts are made of from the first event on, prices from now on. Connects when the
 * router is up, and again where it left off when the router went away.
 */
export function watchBus(
  routerUrl: () => string | null,
  keys: string,
  onEvent: (event: Event) => void,
  tryEveryMs = retryAfterMs,
): { close(): void } {
  const all = [
    followed(routerUrl, keys, 1, marketTopics, onEvent, tryEveryMs),
    followed(routerUrl, keys, 1, historyTopics, onEvent, tryEveryMs),
    followed(routerUrl, keys, 'head', newestTopics, onEvent, tryEveryMs),
  ]
  return { close: () => all.forEach((one) => void one.close()) }
}

function followed(
  routerUrl: () => string | null,
  keys: string,
  start: number | 'head',
  topics: readonly string[],
  onEvent: (event: Event) => void,
  tryEveryMs: number,
): { close(): void } {
  // A fault in the keys is told at the start; later it must not end the tree.
  readSecret(keys, 'operator')
  let from = start
  let connection: BusConnection | null = null
  let isClosed = false
  let timer: NodeJS.Timeout | null = null
  const onEvents = (events: readonly Event[]) => {
    for (const event of events) {
      if (from !== 'head' && event.seq < from) continue
      from = event.seq + 1
      onEvent(event)
    }
  }
  const open = async (url: string) =>
    connectBus({
      url,
      identity: 'operator',
      secret: readSecret(keys, 'operator'),
      ca: trustedCa(url, keys),
      from,
      topics,
      onEvents,
      onClose: again,
    })
  const again = (reason = '') => {
    // What retention has removed of the market is not to be had.
    from = firstKeptIn(reason) ?? from
    connection = null
    if (!isClosed) timer ??= setTimeout(connect, tryEveryMs)
  }
  const connect = () => {
    timer = null
    const url = routerUrl()
    if (url === null) {
      again()
      return
    }
    open(url).then(
      (opened) => {
        connection = opened
        if (isClosed) opened.close()
      },
      ({ message }: Error) => again(message),
    )
  }
  connect()
  return {
    close() {
      isClosed = true
      if (timer !== null) clearTimeout(timer)
      connection?.close()
    },
  }
}

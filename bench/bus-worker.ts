/** A publisher or a subscriber of the bus benchmark, in a process of its own. Told what to do, and telling what it found, over IPC. */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { type Door, openPublisher, openSubscriber } from './bus-clients.ts'
import { nowMicros, saidAt, tradeBody } from './bus-event.ts'

export type Task =
  | {
      readonly role: 'publish'
      readonly door: Door
      readonly first: number
      readonly ms: number
      readonly inFlight: number
    }
  | {
      readonly role: 'pace'
      readonly door: Door
      readonly first: number
      readonly ms: number
      readonly perSecond: number
    }
  | { readonly role: 'subscribe'; readonly door: Door }

/** What a publisher found. Times are in microseconds; those of acknowledgements only with one in flight. */
export type Published = {
  readonly said: number
  readonly acknowledged: number
  readonly ms: number
  readonly ackTimes: number[]
}
/** What a subscriber found: when the first and the last came, and how long each was on its way. */
export type Subscribed = { readonly heard: number; readonly ms: number; readonly times: number[] }

process.on('message', (task: Task | 'report') => {
  if (task === 'report') return
  if (task.role === 'subscribe') void subscribe(task.door)
  else void publish(task)
})

async function publish(task: Exclude<Task, { role: 'subscribe' }>): Promise<void> {
  let acknowledged = 0
  let wake: () => void = () => undefined
  const publisher = await openPublisher(task.door, (count) => {
    acknowledged += count
    wake()
  })
  let said = 0
  const ackTimes: number[] = []
  const say = (count: number) => {
    const bodies: string[] = []
    const at = nowMicros()
    for (let i = 0; i < count; i++) bodies.push(tradeBody(task.first + said++, at))
    publisher.publish(bodies)
  }
  const ack = () =>
    new Promise<void>((resolve) => {
      wake = resolve
    })
  const startedMs = performance.now()
  const endsMs = startedMs + task.ms
  if (task.role === 'publish') {
    while (performance.now() < endsMs) {
      const room = task.inFlight - (said - acknowledged)
      const heard = ack()
      const atMs = performance.now()
      // Not each acknowledgement by itself: a real publisher says what has gathered.
      if (room > 0) say(Math.min(room, 1_000))
      if (said - acknowledged >= task.inFlight) await heard
      else await turn()
      if (task.inFlight === 1) ackTimes.push((performance.now() - atMs) * 1_000)
    }
  } else {
    while (performance.now() < endsMs) {
      const due = Math.floor(((performance.now() - startedMs) / 1_000) * task.perSecond) - said
      if (due > 0) say(due)
      await sleep(1)
    }
  }
  const ms = performance.now() - startedMs
  const inTime = acknowledged
  while (acknowledged < said) await Promise.race([ack(), sleep(10_000, undefined, { ref: false })])
  const result: Published = { said, acknowledged: inTime, ms, ackTimes }
  process.send?.(result)
}

async function subscribe(door: Door): Promise<void> {
  let heard = 0
  let firstMs = 0
  let lastMs = 0
  const times: number[] = []
  await openSubscriber(door, (texts) => {
    const now = nowMicros()
    if (heard === 0) firstMs = performance.now()
    for (const text of texts) times.push(now - saidAt(text))
    heard += texts.length
    lastMs = performance.now()
  })
  process.on('message', (message) => {
    if (message !== 'report') return
    const result: Subscribed = { heard, ms: lastMs - firstMs, times: times.splice(0) }
    heard = 0
    process.send?.(result)
  })
  process.send?.('ready')
}

import { seedRandom } from '#lib/market/seeded-random.ts'
import { startBudget } from '#lib/time/request-budget.ts'
import { startSession } from '#services/md/adapters/live/session.ts'
import type { SessionInput, SessionOptions } from '#services/md/adapters/live/session-wire.ts'
import { consumer } from './consumer.ts'
import { exchangeBox, type Fault } from './exchange-box.ts'
import { madeMarket, type Wire } from './made-market.ts'
import { sessionOf } from './session-of.ts'

export type Schedule = {
  readonly wire: Wire
  readonly seed: number
  /** By the number of the frame. */
  readonly faults: ReadonlyMap<number, Fault>
  /** Frames with faults; after them the market goes on in peace until the book is whole again. */
  readonly frames: number
  readonly rolloverMs?: number
  /** How long what is sent takes to come, on the nth connection. */
  readonly lagMs?: (socket: number) => number
}

const startMs = 1_700_000_000_000
const frameMs = 20

/** A session against the box in time that costs nothing. The same schedule leads to the same facts. */
export function playSchedule({ wire, seed, faults, frames, rolloverMs, lagMs = () => 1 }: Schedule) {
  const of = sessionOf(wire, ['depth', 'trades'])
  let now = startMs
  const box = exchangeBox(wire, madeMarket(wire, seedRandom(seed), startMs), () => now)
  const heard = consumer()
  const received = new Set<string>()
  const records: Parameters<NonNullable<SessionOptions['onRecord']>>[0][] = []
  const session = startSession({
    ...of,
    venue: rolloverMs === undefined ? of.venue : { ...of.venue, rolloverMs },
    budget: startBudget(of.venue.requestsPerMinute),
    random: seedRandom(seed + 1),
    stallMs: 1_000,
    onRecord: (record) => records.push(record),
  })
  const due: { readonly ms: number; readonly run: () => void }[] = []
  const later = (ms: number, run: () => void) => due.push({ ms: now + ms, run })
  const open = new Set<number>()
  let wakeMs = Number.POSITIVE_INFINITY
  const facts: ReturnType<typeof session>['facts'][number][] = []

  const hear = (input: SessionInput): void => {
    const step = session(input)
    heard.hear(step.facts)
    facts.push(...step.facts)
    wakeMs = Math.ceil(step.wakeAt / 1000)
    for (const act of step.acts) {
      if (act.kind === 'connect')
        later(5, () => {
          open.add(act.socket)
          box.opened(act.socket)
          hear({ kind: 'opened', at: now * 1000, socket: act.socket })
        })
      else if (act.kind === 'close') {
        open.delete(act.socket)
        box.closed(act.socket)
      } else if (act.kind === 'send') send(box.heard(act.socket, act.text))
      else if (act.kind === 'get') {
        const answer = box.asked(act.url)
        if (answer === null) continue
        const { status, text, retryAfter } = answer
        const retryAfterMs = retryAfter === undefined ? null : retryAfter * 1000
        later(15, () =>
          hear({ kind: 'answered', at: now * 1000, id: act.id, status, text, retryAfterMs, usedWeight: null }),
        )
      }
    }
  }
  const send = (acts: ReturnType<typeof box.step>): void => {
    for (const act of acts) {
      later(lagMs(act.socket), () => {
        if (!open.has(act.socket)) return
        if (act.kind === 'frame') received.add(act.text)
        if (act.kind === 'frame') return hear({ kind: 'frame', at: now * 1000, socket: act.socket, text: act.text })
        open.delete(act.socket)
        box.closed(act.socket)
        hear({ kind: 'closed', at: now * 1000, socket: act.socket, reason: act.kind })
      })
    }
  }

  hear({ kind: 'start', at: now * 1000 })
  let frame = 0
  let calm = 0
  for (; frame < frames + 20_000 && calm < 100; frame++) {
    const untilMs = startMs + (frame + 1) * frameMs
    for (;;) {
      const [next] = due.sort((a, b) => a.ms - b.ms)
      const nextMs = Math.min(next?.ms ?? Number.POSITIVE_INFINITY, wakeMs)
      if (nextMs > untilMs) break
      now = Math.max(now, nextMs)
      if (next !== undefined && next.ms <= wakeMs) {
        due.shift()
        next.run()
      } else hear({ kind: 'tick', at: now * 1000 })
    }
    now = untilMs
    send(box.step(frame < frames ? (faults.get(frame) ?? null) : null))
    calm = frame >= frames && heard.last >= box.truth.newest - 40 && open.size > 0 ? calm + 1 : 0
  }
  for (const { run } of due.splice(0)) run()
  return { found: heard.against(box, undefined, received), codes: heard.codes, frames: frame, facts, records }
}

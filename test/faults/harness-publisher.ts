/**
 * A publisher of the fault harness: says facts up to the number it is told, and writes down what was acknowledged before it says so to
 * anybody. `same` goes on in the epoch of the log's mark, as a data set; `new` begins an epoch with every start, as a live edge.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { readSecret } from '#lib/bus/auth.ts'
import { factBody } from '#lib/bus/bus-client.ts'
import { Connection } from '#lib/bus/connection.ts'
import { Outbox } from '#lib/bus/outbox.ts'
import { factId } from '#lib/kernel/event-id.ts'
import { tickOf, timeOf } from './harness-fact.ts'

const [url = '', keys = '', identity = '', source = '', file = '', epochs = ''] = process.argv.slice(2)
const outbox = new Outbox()
/** Of the groups that are not acknowledged, oldest first. */
const waiting: { readonly epoch: number; readonly n: number }[] = []
let target = -1
const position: { next: { epoch: number; n: number } | null } = { next: null }
/** Facts acknowledged to this publisher in its whole life, however often it was killed. */
let counted = existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0
let acknowledged = 0

const connection = new Connection({
  url,
  identity,
  secret: readSecret(keys, identity),
  wish: () => ({ from: null, topics: null, isService: false }),
  onWelcome: ({ marks }) => {
    const mark = marks[source]?.fact ?? null
    const before = outbox.size
    outbox.restart(marks)
    // What the marks have is in the log, whether or not its acknowledgement arrived.
    took(before - outbox.size)
    acknowledged = 0
    position.next ??=
      epochs === 'new' ? { epoch: (mark?.epoch ?? 0) + 1, n: 0 } : { epoch: 1, n: mark === null ? 0 : mark.n + 1 }
    outbox.flush(connection)
    // What it was killed for saying may all have been said.
    look()
  },
  onAck: (through) => {
    outbox.ack(through)
    took(through - acknowledged)
    acknowledged = through
    outbox.flush(connection)
  },
  onRefused: (reason) => {
    process.stderr.write(`${source}: refused: ${reason}\n`)
    process.exit(1)
  },
})

function took(count: number): void {
  const some = waiting.splice(0, count)
  if (some.length > 0) appendFileSync(file, some.map(({ epoch, n }) => `${factId(source, epoch, n)}\n`).join(''))
  counted += some.length
  look()
}

/** Whether all that was asked for is said: `same` counts by number, `new` by what was acknowledged. */
function isDone(): boolean {
  const { next } = position
  if (next === null || waiting.length > 0) return false
  return epochs === 'new' ? counted > target : next.n > target
}

function look(): void {
  if (isDone()) process.send?.({ done: target })
}

process.on('message', (message: { target?: number; ping?: number }) => {
  if (message.ping !== undefined) setImmediate(() => process.send?.({ pong: message.ping }))
  if (message.target === undefined) return
  target = message.target
  look()
})
process.once('disconnect', () => process.exit(1))

for (;;) {
  const at = position.next
  const isWanted = at !== null && (epochs === 'new' ? counted + waiting.length <= target : at.n <= target)
  if (at === null || !isWanted || outbox.size > 2_000) {
    await sleep(2)
    continue
  }
  for (let i = 0; i < 8 && (epochs === 'new' ? counted + waiting.length <= target : at.n <= target); i++) {
    const fact = identity === 'clock' ? timeOf(at.epoch, at.n) : tickOf(at.epoch, at.n)
    outbox.push(factId(source, fact.epoch, fact.n), [factBody(source, fact)])
    waiting.push({ epoch: at.epoch, n: at.n })
    at.n++
  }
  outbox.flush(connection)
  await sleep(1)
}

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { everyService } from '#compose/services.ts'
import { parseEventId } from '#lib/kernel/event-id.ts'
import { Machine } from '#lib/kernel/machine.ts'
import { Replay } from '#lib/kernel/replay.ts'
import { Verify } from '#lib/kernel/verify.ts'
import { catalogue, type Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { richLog } from './rich-log.ts'

// The long form: TRADER_RECOVERY_CUTS=400 npx vitest run test/lib/kernel
const cuts = Number(process.env.TRADER_RECOVERY_CUTS ?? 12)

const logs = [
  { seed: 1, lag: 0 },
  { seed: 2, lag: 40 },
].map(({ seed, lag }) => ({ seed, lag, log: richLog(seed, lag) }))

test('the logs are rich: options, halts, cancels, refusals and rejections are in them', () => {
  const seen = new Set(logs.flatMap(({ log }) => log.map(({ topic }) => topic)))
  const wanted: Topic[] = ['md.option.tick', 'md.bar', 'order.fill', 'order.cancel_requested', 'order.canceled']
  wanted.push('risk.rejected', 'risk.halted', 'risk.resumed', 'risk.superseded', 'risk.violation', 'strategy.status')
  wanted.push('system.command.result', 'order.rejected', 'order.denied', 'pnl.snapshot', 'instrument.resolved')
  expect(wanted.filter((topic) => !seen.has(topic))).toEqual([])
  for (const { log } of logs) for (const { topic, payload } of log) catalogue[topic].schema.parse(payload)
})

describe.each(logs)('a log of a free tree (seed $seed, services up to $lag events behind)', ({ log }) => {
  const head = log.length

  test('is proven by verify', () => {
    const verify = new Verify(everyService)
    for (const event of log) expect(verify.take(event)).toBe(null)
    expect(verify.unanswered).toBe(0)
  })

  describe.each(everyService)('$name', (service) => {
    const own = log.filter(({ source, cause }) => source === service.name && cause !== null)
    const inputs = log.filter((event) => event.source !== service.name || event.cause === null)
    const said = own.map((event) => ({ ...event, seq: 0 }))

    test('killed at any prefix of the log, says exactly the rest', () => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: head }), (at) => {
          const cut = wholeGroups(log, at)
          expect(recovered(new Machine(service), log, cut)).toEqual(said.slice(answersBefore(own, cut)))
        }),
        { numRuns: cuts, examples: [[0], [1], [head]] },
      )
    })

    test('folded from the record it holds after every answer what it held when it said it', () => {
      const [live, folded] = [new Machine(service), new Machine(service)]
      let next = 0
      for (const input of inputs) {
        if (!live.hears(input)) continue
        const answers = live.step(input)
        folded.fold(input)
        for (const _ of answers) folded.fold(own[next++] as Event)
        if (answers.length > 0) expect(textOf(folded)).toBe(textOf(live))
      }
      expect(next).toBe(own.length)
    })

    test('restored at any input from a snapshot as JSON text, says exactly the rest', () => {
      const heard = heardBy(new Machine(service), inputs)
      fc.assert(
        fc.property(fc.integer({ min: 1, max: heard.length }), (at) => {
          const machine = new Machine(service)
          let before = 0
          for (const input of heard.slice(0, at)) before += machine.step(input).length
          const other = new Machine(service)
          other.restore(JSON.parse(textOf(machine)), machine.configHash as string)
          const rest = heard.slice(at).flatMap((input) => [...other.step(input)])
          expect(plain(rest)).toEqual(said.slice(before))
        }),
        { numRuns: cuts, examples: [[1]] },
      )
    })
  })
})

/** Recovers from the first `cut` events, then hears the rest; what it says beyond the recorded answers. */
function recovered(machine: Machine, log: readonly Event[], cut: number): Event[] {
  const newest = log.slice(0, cut).findLast(({ source, cause }) => source === machine.name && cause !== null)
  const mark = newest === undefined ? null : parseEventId(newest.id)
  const replay = new Replay(machine, mark === null ? null : { cause: mark.major, n: mark.n })
  for (const event of log.slice(0, cut)) if (isFor(machine, event)) replay.feed(event)
  expect(replay.isDone).toBe(true)
  const rest = log.slice(cut).filter((event) => isFor(machine, event) && !isOwn(machine, event))
  return plain(
    [...replay.takeUnanswered(), ...rest].flatMap((input) => (machine.hears(input) ? machine.step(input) : [])),
  )
}

const isOwn = (machine: Machine, { source, cause }: Event): boolean => source === machine.name && cause !== null

/** What its process is sent. */
const isFor = (machine: Machine, event: Event): boolean =>
  isOwn(machine, event) ||
  (event.topic === 'system.config'
    ? event.payload.service === machine.name
    : (machine.service.subscribes as readonly string[]).includes(event.topic))

function heardBy(machine: Machine, inputs: readonly Event[]): Event[] {
  return inputs.filter((input) => {
    if (!machine.hears(input)) return false
    if (input.topic === 'system.config') machine.fold(input)
    return true
  })
}

/** All answers to one input are one atomic append: a log never ends inside one. */
function wholeGroups(log: readonly Event[], cut: number): number {
  let end = cut
  while (
    end > 0 &&
    log[end]?.cause != null &&
    log[end]?.cause === log[end - 1]?.cause &&
    log[end]?.source === log[end - 1]?.source
  )
    end++
  return end
}

const answersBefore = (own: readonly Event[], cut: number): number => own.filter(({ seq }) => seq <= cut).length
const textOf = (machine: Machine): string => JSON.stringify(machine.snapshot())
const plain = (events: readonly Event[]): Event[] => JSON.parse(JSON.stringify(events))

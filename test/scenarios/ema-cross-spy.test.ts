import { readFileSync } from 'node:fs'
import path from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import { Machine } from '#lib/kernel/machine.ts'
import { Replay } from '#lib/kernel/replay.ts'
import { catalogue, type PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { describeShared, ifShared, sharedDir } from '#test/shared.ts'
import { type Bar, everyService, runDaily } from './whole-pipeline.ts'

describeShared('EMA(10/20) cross on SPY daily 1998-2021, through every service', () => {
  const bars = ifShared(spyDaily, [])
  const log = ifShared(() => runDaily(bars), [])

  test('fills and final equity are those of a plain re-computation, to the cent', () => {
    const fills = payloads(log, 'order.fill').map(({ side, quantity, price }) => [
      side,
      Number(quantity),
      Number(price),
    ])
    const plain = plainly(bars)
    expect(fills.length).toBeGreaterThan(200)
    expect(fills).toEqual(plain.fills)
    expect(Number(payloads(log, 'pnl.snapshot').at(-1)?.equity)).toBeCloseTo(plain.equity, 2)
  })

  test('every event keeps its contract, and the same run says the same again', () => {
    for (const event of log) catalogue[event.topic].schema.parse(event.payload)
    expect(runDaily(bars)).toEqual(log)
  })

  test.each(everyService)(
    '$name, killed at any prefix of the log, says exactly the same after a restart',
    (service) => {
      const cuts = [1, 9, 10, 11, 100, 101, 102, 103, 1_000, 1_001, 5_000, 5_001, log.length - 1]
      for (const cut of cuts.map((cut) => wholeAppends(log, cut)))
        expect(sayRest(new Machine(service), log, cut)).toEqual(saidAfter(service.name, log, cut))
    },
  )
})

// Recovers from the first `cut` events, then hears the rest; what it says beyond the recorded answers.
function sayRest(machine: Machine, log: readonly Event[], cut: number): Event[] {
  const own = log.slice(0, cut).filter((event) => event.source === machine.name && event.cause !== null)
  const newest = own.at(-1)?.id.match(/:(\d+)\.(\d+)$/)
  const replay = new Replay(machine, newest ? { cause: Number(newest[1]), n: Number(newest[2]) } : null)
  for (const event of log.slice(0, cut)) replay.feed(event)
  expect(replay.isDone).toBe(true)
  const inputs = [...replay.takeUnanswered(), ...log.slice(cut)].filter(
    (event) => event.source !== machine.name || event.cause === null,
  )
  return inputs.flatMap((input) => (machine.hears(input) ? machine.step(input) : []))
}

// All answers to one input are one atomic append: a log never ends inside one.
function wholeAppends(log: readonly Event[], cut: number): number {
  let end = cut
  while (log[end]?.cause && log[end]?.cause === log[end - 1]?.cause && log[end]?.source === log[end - 1]?.source) end++
  return end
}

const saidAfter = (name: string, log: readonly Event[], cut: number) =>
  log
    .slice(cut)
    .filter((event) => event.source === name && event.cause !== null)
    .map((event) => ({ ...event, seq: 0 }))

function plainly(bars: readonly Bar[]) {
  const average = (n: number) => {
    let seen = 0
    let value = 0
    return (x: number) => {
      seen++
      value = seen <= n ? value + x / n : value + (2 / (n + 1)) * (x - value)
      return seen < n ? Number.NaN : value
    }
  }
  const [fast, slow] = [average(10), average(20)]
  const fills: unknown[] = []
  let [cash, position, wish, before] = [1_000_000, 0, 0, Number.NaN]
  for (const bar of bars) {
    if (wish !== position) {
      const quantity = wish - position
      const price = Number(bar.open)
      cash -= quantity * price + Math.abs(quantity) * price * 1e-4
      fills.push([quantity > 0 ? 'buy' : 'sell', Math.abs(quantity), price])
      position = wish
    }
    const gap = fast(Number(bar.close)) - slow(Number(bar.close))
    if (before <= 0 && gap > 0) wish = 100
    if (before >= 0 && gap < 0) wish = -100
    before = gap
  }
  return { fills, equity: cash + position * Number(bars.at(-1)?.close) }
}

const payloads = <T extends 'order.fill' | 'pnl.snapshot'>(log: readonly Event[], topic: T): PayloadOf<T>[] =>
  log.filter((event) => event.topic === topic).map((event) => event.payload as PayloadOf<T>)

function spyDaily(): Bar[] {
  const zip = unzipSync(readFileSync(path.join(sharedDir, 'data/lean/equity/usa/daily/spy.zip')))
  const text = strFromU8(Object.values(zip)[0] ?? new Uint8Array())
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [day = '', ...cells] = line.trim().split(',')
      const [open = '', high = '', low = '', close = ''] = cells
        .slice(0, 4)
        .map((cell) => String(Number(cell) / 10_000))
      const at = Date.UTC(+day.slice(0, 4), +day.slice(4, 6) - 1, +day.slice(6, 8) + 1) * 1_000
      return { at, open, high, low, close, volume: cells[4] ?? '0' }
    })
}

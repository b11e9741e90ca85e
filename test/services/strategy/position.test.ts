import { describe, expect, test } from 'vitest'
import { InProcess } from '#lib/kernel/in-process.ts'
import { anyService } from '#lib/kernel/service.ts'
import { calendarOf } from '#lib/time/market-hours.ts'
import { nyseHours } from '#lib/time/nyse-hours.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Fact } from '#schemas/event.ts'
import { strategy } from '#services/strategy/service.ts'
import { event, type Told } from '#test/given.ts'
import { bound, btc, command, intent, startedWhole } from './strategy-told.ts'

type Bar = readonly [high: number, low: number, close: number]

const barTold = (n: number, [high, low, close]: Bar, minutes = n + 1): Told => {
  const at = minutes * 60_000_000
  const [h, l, c] = [high, low, close].map(String) as [string, string, string]
  const payload = {
    instrument: btc,
    interval: '1m',
    start: at - 60_000_000,
    end: at,
    open: c,
    high: h,
    low: l,
    close: c,
    volume: '1',
  }
  return { ...event('md.bar', payload, at), id: `md:e1.${n}` }
}

const file = (more: string, entry = '{ long: price.close > 100, short: price.close < 50 }') =>
  bound(
    `name: held\ninputs: { price: { role: underlying, timeframe: 1m }, calm: { ml: calm, of: price } }\nentry: ${entry}\n${more}`,
  )

type Said = Pick<PayloadOf<'strategy.intent'>, 'target' | 'size' | 'reason' | 'strength' | 'protect' | 'isUrgent'>

/** The intents (and failures) that follow from bars and other events, by number of the event. */
function play(
  strategies: ReturnType<typeof bound> | ReturnType<typeof bound>[],
  told: readonly (Bar | Told)[],
  config: object = {},
): Record<number, Said> {
  const scene = startedWhole({ strategies: [strategies].flat(), ...config })
  const said: Record<number, Said> = {}
  told.forEach((one, n) => {
    const input = Array.isArray(one) ? barTold(n, one as unknown as Bar) : (one as Told)
    for (const { topic, payload } of scene.when(input).answers)
      if (topic === 'strategy.intent') {
        const { target, size, reason, strength, protect, isUrgent } = payload as PayloadOf<'strategy.intent'>
        said[n] = { target, size, reason, strength, protect, isUrgent }
      }
  })
  return said
}

const reasons = (said: Record<number, Said>) =>
  Object.fromEntries(Object.entries(said).map(([n, { reason }]) => [n, reason]))
const at = (close: number): Bar => [close, close, close]
const quantity = 'size: { quantity: 2 }'

describe('levels', () => {
  test('[T24] a stop stands at its distance from the close of the entry, and a touch of the low reaches it', () => {
    const said = play(file(`${quantity}\nstop: 5%`), [at(101), [103, 96, 102], [103, 95.95, 102]])
    expect(reasons(said)).toMatchObject({ 2: 'stop: 5% reached at 95.95' })
    expect(said[2]?.target).toBe('flat')
  })

  test('[T11] an entry says how far its stop, target and trail are; what a stop or a trail closes is urgent, a target not', () => {
    const all = file(`${quantity}\nstop: 5%\ntarget: 8\ntrail: 2 * deviation(price.close, 2)`)
    expect(play(all, [at(99), at(101), [102, 100, 101], [103, 96.1, 101]])).toMatchObject({
      1: {
        target: 'long',
        protect: {
          stopLoss: { by: 'fraction', fraction: 0.05 },
          takeProfit: { by: 'points', points: 8 },
          trailing: { by: 'points', points: 2 },
        },
      },
      3: { target: 'flat', isUrgent: true, reason: 'trail: 2 * deviation(price.close, 2) reached at 99' },
    })
    const profit = play(file(`${quantity}\ntarget: 8`), [at(101), [110, 100, 105]])[1]
    expect(profit).toMatchObject({ target: 'flat' })
    expect(profit?.isUrgent).toBeUndefined()
  })

  test('[T24] of a short the stop is above and the target below', () => {
    const both = file(`${quantity}\nstop: 10\ntarget: 8`)
    expect(reasons(play(both, [at(49), [58, 42, 45], [59, 45, 45]]))).toMatchObject({ 2: 'stop: 10 reached at 59' })
    expect(reasons(play(both, [at(49), [50, 41, 45]]))).toMatchObject({ 1: 'target: 8 reached at 41' })
  })

  test('[T24] when stop and target are reached by one bar the stop counts', () => {
    expect(reasons(play(file(`${quantity}\nstop: 5\ntarget: 5`), [at(101), [120, 90, 101]]))).toMatchObject({
      1: 'stop: 5 reached at 96',
    })
  })

  test('[T24] a trail follows the high of a bar from the next bar on, and never goes back', () => {
    const bars: Bar[] = [at(101), [110, 100, 108], [109, 106, 108], [106, 105, 105], [104.9, 104.9, 104.9]]
    expect(reasons(play(file(`${quantity}\ntrail: 5`), bars))).toMatchObject({ 3: 'trail: 5 reached at 105' })
  })

  test('[T24] a distance that is undefined keeps it out', () => {
    const undefinedYet = file(`${quantity}\nstop: deviation(price.close, 3)`)
    expect(Object.keys(play(undefinedYet, [at(101), at(102), at(104)]))).toEqual(['2'])
  })

  test('[T25] out after so many bars, or so much time; bars since entry counts them', () => {
    expect(reasons(play(file(`${quantity}\ntime_exit: 2 bars`), [at(101), at(101), at(101)]))).toMatchObject({
      2: 'time_exit: 2 bars',
    })
    expect(reasons(play(file(`${quantity}\ntime_exit: 3m`), [at(101), at(101), at(101), at(101)]))).toMatchObject({
      3: 'time_exit: 3m',
    })
    const since = file(`${quantity}\nexit: { long: bars since entry >= 2 or position.gain > 50% }`)
    expect(Object.keys(play(since, [at(101), at(101), at(101)]))).toEqual(['0', '2'])
    expect(Object.keys(play(since, [at(101), at(152)]))).toEqual(['0', '1'])
  })

  test('[T26] after leaving nothing is entered for the cooldown', () => {
    const cold = file(`${quantity}\ntime_exit: 1 bar\ncooldown: 2 bars`)
    expect(
      Object.keys(
        play(
          cold,
          Array.from({ length: 6 }, () => at(101)),
        ),
      ),
    ).toEqual(['0', '1', '3', '4'])
  })
})

describe('scaling', () => {
  const pyramid = file(
    `${quantity}\nscale_in: { when: price.close > 110, part: 50%, most: 2 }\nscale_out: { when: price.close < 90, part: 100%, most: 3 }`,
  )
  test('[T27] adds a part of the entry so many times, and takes it again', () => {
    const said = play(pyramid, [at(101), at(111), at(112), at(113), at(89), at(95)])
    expect(said[1]?.size).toEqual({ kind: 'quantity', quantity: '3.0' })
    expect(said[2]?.size).toEqual({ kind: 'quantity', quantity: '4.0' })
    expect(said[3]).toBeUndefined()
    expect(said[4]?.size).toEqual({ kind: 'quantity', quantity: '2.0' })
    expect(said[5]).toBeUndefined()
  })

  test('[T27] of a notional it waits for what the resolver made of the entry', () => {
    const notional = file('size: { notional: 1000 }\nscale_in: { when: price.close > 110, part: 25% }')
    const resolved = event('instrument.resolved', {
      intent: 'strategy:3.0',
      strategy: 'held',
      role: 'underlying',
      instrument: btc,
      target: '-8',
      orderType: 'market',
      referencePrice: '101',
    })
    const said = play(notional, [at(101), at(111), resolved, at(111)])
    expect(Object.keys(said)).toEqual(['0', '3'])
    expect(said[3]?.size).toEqual({ kind: 'quantity', quantity: '10.00' })
  })
})

describe('size', () => {
  const snapshot = (equity: string) =>
    event('pnl.snapshot', {
      currency: 'USD',
      equity,
      peakEquity: equity,
      grossExposure: '0',
      realized: '0',
      unrealized: '0',
      fees: '0',
      strategies: [],
    })
  test('[T28] a share of the equity: of the starting cash, then of the newest snapshot; without either none', () => {
    const share = file('size: { equity: 25% }')
    expect(play(share, [at(101)])).toEqual({})
    expect(play(share, [at(101)], { startingCash: '1000' })[0]?.size).toEqual({ kind: 'notional', notional: '250.00' })
    expect(play(share, [snapshot('400'), at(101)], { startingCash: '1000' })[1]?.size).toEqual({
      kind: 'notional',
      notional: '100.00',
    })
    expect(play(share, [snapshot('-4'), at(101)], { startingCash: '1000' })).toEqual({})
  })

  test('[T28] a risk: what is lost at the stop is the share, and the notional is bounded', () => {
    const risk = (most: string) => file(`size: { risk: 1%, most: ${most} }\nstop: 10`, '{ long: price.close >= 100 }')
    // 1 % of 1000 is 10; at 10 a unit that is one unit of 100.
    expect(play(risk('50%'), [at(100)], { startingCash: '1000' })[0]?.size).toEqual({
      kind: 'notional',
      notional: '100',
    })
    expect(play(risk('5%'), [at(100)], { startingCash: '1000' })[0]?.size).toEqual({ kind: 'notional', notional: '50' })
  })

  test('[T28] a volatility target: the wilder, the smaller; without a measure none', () => {
    const target = file('size: { volatility: 10%, measured: "abs(price.close - price.close[1]) / 10", most: 100% }')
    expect(play(target, [at(101)], { startingCash: '1000' })).toEqual({})
    const said = play(target, [at(90), at(101)], { startingCash: '1100' })
    expect(said[1]?.size).toEqual({ kind: 'notional', notional: '99.999999' })
  })
})

describe('models', () => {
  const gated = file(`${quantity}\nveto: calm < 0.3\nscale: calm`)
  const score = (value: number | null) => event('ml.signal', { model: 'calm', instrument: btc, score: value })
  test('[T29] nothing is entered before the model has spoken, under its veto, or at a factor of nothing', () => {
    expect(play(gated, [at(101), at(102)])).toEqual({})
    expect(play(gated, [score(null), at(101)])).toEqual({})
    expect(play(gated, [score(0.2), at(101)])).toEqual({})
    expect(play(file(`${quantity}\nscale: calm`), [score(0), at(101)])).toEqual({})
  })

  test('[T29] a veto alone: what the model cannot say is no permission', () => {
    const vetoed = file(`${quantity}\nveto: calm < 0.3`)
    expect(play(vetoed, [at(101), at(102)])).toEqual({})
    expect(play(vetoed, [score(null), at(101)])).toEqual({})
    expect(play(vetoed, [score(0.2), at(101)])).toEqual({})
    expect(Object.keys(play(vetoed, [at(101), score(0.5), at(102)]))).toEqual(['2'])
  })

  test('[T29] the factor makes the size smaller, never larger, and is the strength', () => {
    expect(play(gated, [score(0.25), at(101)])).toEqual({})
    expect(play(gated, [score(0.5), at(101)])[1]).toMatchObject({
      size: { kind: 'quantity', quantity: '1' },
      strength: 0.5,
    })
    const wild = file(`${quantity}\nscale: calm * 40`)
    expect(play(wild, [score(0.5), at(101)])[1]).toMatchObject({
      size: { kind: 'quantity', quantity: '2' },
      strength: 1,
    })
  })

  test('[T29] a veto does not keep anything in: it leaves, and a reversal becomes flat', () => {
    expect(reasons(play(gated, [score(0.9), at(101), score(0.1), at(40)]))).toMatchObject({
      3: 'entry.short: price.close < 50 (flat only: veto: calm < 0.3 is true)',
    })
  })
})

describe('what it says', () => {
  test('[T11] what it saw, strength and horizon', () => {
    const of = file(`${quantity}\ntime_exit: 5 bars`)
    startedWhole({ strategies: [of] })
      .when(barTold(0, at(101)))
      .then(
        intent(of, 'long', 'entry.long: price.close > 100', {
          strength: 1,
          horizonUs: 300_000_000,
          saw: { 'price.close': 101 },
        }),
      )
  })

  test('[T11] one intent for each role that is traded, with options where the file wishes them', () => {
    const both = file(
      `${quantity}\ntrade: { underlying: with, hedge: { side: against, ratio: 1.5 }, option: { long: put otm 2 nearest weekly, short: call atm nearest } }`,
    )
    const scene = startedWhole({ strategies: [both] })
    const wishes = (input: Told) =>
      scene.when(input).answers.map(({ payload }) => {
        const { role, target, size, wish } = payload as PayloadOf<'strategy.intent'>
        return { role, target, size, strike: wish?.legs[0]?.strike }
      })
    const of = (quantityText: string) => ({ kind: 'quantity', quantity: quantityText })
    expect(wishes(barTold(0, at(101)))).toEqual([
      { role: 'underlying', target: 'long', size: of('2'), strike: undefined },
      { role: 'hedge', target: 'short', size: of('3.0'), strike: undefined },
      { role: 'option', target: 'long', size: of('2'), strike: { by: 'otm', steps: 2 } },
    ])
    expect(wishes(barTold(1, at(40))).map(({ target }) => target)).toEqual(['short', 'long', 'short'])
    expect(wishes(barTold(2, at(101))).map(({ target }) => target)).toEqual(['long', 'short', 'long'])
  })

  test('[T30] the time of day is that of the bar, in its zone; winter time and summer time too', () => {
    const clock = bound(`name: held
inputs: { price: { role: underlying, timeframe: 1m }, day: { session: 09:30-16:00, zone: America/New_York, days: monday-friday } }
zone: America/New_York
entry: { long: time between 09:31 and 09:32 and in day and weekday == monday }
exit: { long: day.left < 380 or not in day }
${quantity}`)
    const minutes = (...date: Parameters<typeof Date.UTC>) => Date.UTC(...date) / 60_000
    const scene = startedWhole({ strategies: [clock] })
    const targets = (n: number, minute: number) =>
      scene.when(barTold(n, at(1), minute)).answers.map(({ payload }) => (payload as { target?: string }).target)
    expect(targets(0, minutes(2021, 2, 8, 13, 31))).toEqual([])
    expect(targets(1, minutes(2021, 2, 8, 14, 31))).toEqual(['long'])
    expect(targets(2, minutes(2021, 2, 8, 15, 31))).toEqual(['flat'])
    expect(targets(3, minutes(2021, 2, 15, 13, 31))).toEqual(['long'])
    expect(targets(4, minutes(2021, 2, 16, 13, 0))).toEqual(['flat'])
    expect(targets(5, minutes(2021, 2, 16, 13, 31))).toEqual([])
  })

  test('[T30] the time is that of the end of a bar, whenever the trade that ended it came', () => {
    const clock = bound(`name: held
inputs: { price: { role: underlying, timeframe: 1m } }
entry: { long: time == 09:35 and weekday == friday }
${quantity}`)
    const scene = startedWhole({ strategies: [clock] })
    const told = barTold(0, at(1), Date.parse('2024-01-05T09:35:00Z') / 60_000)
    const late = { ...told, at: Date.parse('2024-01-08T14:30:00Z') * 1_000 }
    expect(scene.when(late).answers).toMatchObject([{ payload: { target: 'long' } }])
  })

  test('[T7] whether a session was on before the first bar nobody knows', () => {
    const opening = bound(`name: held
inputs: { price: { role: underlying, timeframe: 1m }, day: { session: 00:00-23:59 } }
entry: { long: "in day and not (in day)[1]" }
${quantity}`)
    const scene = startedWhole({ strategies: [opening] })
    expect(scene.when(barTold(0, at(1), 60)).answers).toEqual([])
    expect(scene.when(barTold(1, at(1), 61)).answers).toEqual([])
  })

  const withCalendar = (text: string) => ({ ...bound(text), calendars: { nyse: calendarOf(nyseHours()) } })
  const instant = (iso: string) => Date.parse(iso) / 60_000

  test('[T30] a session of a calendar closes early, and is not there on a holiday', () => {
    const clock = withCalendar(`name: held
inputs: { price: { role: underlying, timeframe: 1m }, day: { calendar: nyse } }
entry: { long: day.elapsed < 60 }
exit: { long: day.left <= 15 or not in day }
${quantity}`)
    const scene = startedWhole({ strategies: [clock] })
    const targets = (n: number, iso: string) =>
      scene.when(barTold(n, at(1), instant(iso))).answers.map(({ payload }) => (payload as { target?: string }).target)
    expect(targets(0, '2023-11-23T15:00:00Z')).toEqual([])
    expect(targets(1, '2023-11-24T15:00:00Z')).toEqual(['long'])
    expect(targets(2, '2023-11-24T17:44:00Z')).toEqual([])
    expect(targets(3, '2023-11-24T17:45:00Z')).toEqual(['flat'])
    expect(targets(4, '2023-11-27T14:31:00Z')).toEqual(['long'])
    expect(targets(5, '2023-11-27T17:45:00Z')).toEqual([])
    expect(targets(6, '2023-11-27T20:45:00Z')).toEqual(['flat'])
  })

  test('[T30] the range of a session is that of its bars, and stands until the next one', () => {
    const range = withCalendar(`name: held
inputs:
  price: { role: underlying, timeframe: 1m }
  opening: { calendar: nyse, session: 09:30-10:00, of: price }
entry: { long: price.close > opening.high, short: price.close < opening.low }
${quantity}`)
    const scene = startedWhole({ strategies: [range] })
    const targets = (n: number, iso: string, close: number) =>
      scene
        .when(barTold(n, [close + 1, close - 1, close], instant(iso)))
        .answers.map(({ payload }) => (payload as { target?: string }).target)
    expect(targets(0, '2023-11-24T14:30:00Z', 200)).toEqual([])
    expect(targets(1, '2023-11-24T14:31:00Z', 100)).toEqual([])
    expect(targets(2, '2023-11-24T15:00:00Z', 110)).toEqual([])
    expect(targets(3, '2023-11-24T15:01:00Z', 111)).toEqual([])
    expect(targets(4, '2023-11-24T15:02:00Z', 111.5)).toEqual(['long'])
    expect(targets(5, '2023-11-24T17:59:00Z', 98)).toEqual(['short'])
    expect(targets(6, '2023-11-27T14:31:00Z', 150)).toEqual([])
    expect(targets(7, '2023-11-27T15:01:00Z', 152)).toEqual(['long'])
  })
})

describe('trades and quotes', () => {
  const tradeTold = (price: number, minutes: number): Told =>
    event('md.tick', { kind: 'trade', instrument: btc, price: String(price), size: '2' }, minutes * 60_000_000)
  const quoteTold = (bid: number | null, ask: number | null, minutes: number): Told => {
    const [b, a] = [bid, ask].map((side) => (side === null ? null : String(side))) as [string | null, string | null]
    return event(
      'md.tick',
      { kind: 'quote', instrument: btc, bid: b, bidSize: '1', ask: a, askSize: '1' },
      minutes * 60_000_000,
    )
  }

  test('[T24] with levels_on a stop is reached on the trade that reaches it, not on the end of the bar', () => {
    const ticks = bound(`name: held
inputs: { price: { role: underlying, timeframe: 1m }, ticks: { role: underlying, timeframe: trade } }
entry: { long: price.close > 100 and price.close < 103 }
stop: 5%
target: 10%
levels_on: ticks
${quantity}`)
    const said = play(ticks, [
      at(50),
      tradeTold(1, 1.5),
      at(102),
      tradeTold(96.91, 3.5),
      tradeTold(96.9, 3.6),
      tradeTold(1, 3.7),
      at(90),
    ])
    expect(reasons(said)).toEqual({
      2: 'entry.long: price.close > 100 and price.close < 103',
      4: 'stop: 5% reached at 96.9',
    })
    const won = play(ticks, [at(102), tradeTold(112.3, 1.5)])
    expect(reasons(won)[1]).toBe('target: 10% reached at 112.2')
  })

  test('[T24] of a quote a long is measured by the bid and a short by the ask: a wide one reaches nothing that could be had', () => {
    const of = (side: string) =>
      bound(`name: held
inputs: { price: { role: underlying, timeframe: 1m }, book: { role: underlying, timeframe: quote } }
entry: { ${side}: price.close > 0 and price.close < 103 }
stop: 20%
target: 5%
levels_on: book
${quantity}`)
    const long = play(of('long'), [at(100), quoteTold(90, 110, 1.5), quoteTold(105, 130, 1.6)])
    expect(reasons(long)).toEqual({ 0: expect.any(String), 2: 'target: 5% reached at 105' })
    const short = play(of('short'), [at(100), quoteTold(90, 110, 1.5), quoteTold(70, 95, 1.6)])
    expect(reasons(short)).toEqual({ 0: expect.any(String), 2: 'target: 5% reached at 95' })
  })

  test('[T6] every trade, or every quote with two sides, is judged where the first series is one', () => {
    const trades = bound(`name: held
inputs: { ticks: { role: underlying, timeframe: trade } }
entry:
  long: ticks.close > ticks.close[1] and ticks.volume == 2
  short: ticks.close < ticks.close[1]
${quantity}`)
    const told = [
      tradeTold(10, 1),
      at(1),
      tradeTold(11, 1.1),
      quoteTold(1, 2, 1.2),
      tradeTold(11, 1.3),
      tradeTold(9, 1.4),
    ]
    expect(Object.keys(play(trades, told))).toEqual(['2', '5'])
    const quotes = bound(`name: held
inputs: { book: { role: underlying, timeframe: quote } }
entry: { long: book.high - book.low < 1.5 and book.close == 10.5 }
exit: { long: book.high - book.low > 2 }
${quantity}`)
    const spread = [
      quoteTold(9, 12, 1),
      quoteTold(10, null, 2),
      quoteTold(10, 11, 3),
      tradeTold(1, 4),
      quoteTold(9, 12, 5),
    ]
    expect(Object.keys(play(quotes, spread))).toEqual(['2', '4'])
  })
})

describe('isolation', () => {
  test('[T23] one that breaks is stopped, says so and leaves; the other goes on; resume starts it again', () => {
    const good = { ...file(quantity) }
    const bad = bound(
      `name: broken\ninputs: { price: { role: underlying, timeframe: 1m } }\nentry: { long: price.close > 100 }\nexit: { long: price.close < 50 }\n${quantity}`,
    )
    const log: Event[] = []
    const process = new InProcess([anyService(strategy)], (one) => log.push({ ...one }))
    const config = JSON.parse(JSON.stringify({ strategies: [bad, good] }))
    process.publish('strategy', {
      topic: 'system.config',
      payload: { service: 'strategy', hash: '0'.repeat(64), config },
      at: 0,
      epoch: 1,
      n: 0,
    })
    const tell = ({ topic, payload, at: when }: Told, n: number) =>
      process.publish('md', { topic, payload, at: when ?? 0, epoch: 1, n } as Fact)
    tell(barTold(0, at(101)), 1)
    // A defect of ours, as bad as can be: a slot that is not there is read.
    breakHistory(process)
    tell(barTold(1, at(102)), 2)
    tell(barTold(2, at(40)), 3)
    const said = log.flatMap((one) =>
      one.topic === 'strategy.intent'
        ? [`${one.payload.strategy} ${one.payload.target}`]
        : one.topic === 'strategy.status'
          ? [`${one.payload.strategy} ${one.payload.state}`]
          : [],
    )
    expect(said).toEqual(['broken long', 'held long', 'broken failed', 'broken flat', 'held short'])
    process.publish('terminal', {
      ...(command('strategy.resume', 'broken') as unknown as Fact),
      epoch: 1,
      n: 9,
      at: 300_000_000,
    })
    expect(log.some((one) => one.topic === 'strategy.status' && one.payload.state === 'active')).toBe(true)
  })
})

function breakHistory(process: InProcess): void {
  const machine = process.machines[0] as (typeof process.machines)[number]
  const state = machine.snapshot() as { running: { history: { depths: number[] } }[] }
  const [first] = state.running
  if (first) first.history.depths[0] = 0
  machine.restore(state, '0'.repeat(64))
}

describe('a split', () => {
  const split = event('md.split', { instrument: btc, numerator: 4, denominator: 1 })
  const stopped = file('size: { quantity: 2 }\nstop: 10%\n', '{ long: price.close > 100 }')

  test('[T31] levels of what is held are in new units: the new price is no loss, ten per cent below it is', () => {
    const long = [[120, 120, 120]] as const
    expect(Object.keys(play(stopped, [...long, split, [30, 29, 29.5]]))).toEqual(['0'])
    expect(Object.keys(play(stopped, [...long, split, [30, 27.1, 28]]))).toEqual(['0'])
    expect(play(stopped, [...long, split, [30, 26.9, 28]])[2]).toMatchObject({ target: 'flat' })
    // Without it the same bar is a stop.
    expect(play(stopped, [...long, [30, 29, 29.5]])[1]).toMatchObject({ target: 'flat' })
  })

  test('[T31] what was measured before it is not compared with what comes after', () => {
    const falls = file('size: { quantity: 2 }\n', '{ long: "price.close < price.close[1]" }')
    expect(
      play(falls, [
        [120, 120, 120],
        [30, 30, 30],
      ]),
    ).toMatchObject({ 1: { target: 'long' } })
    expect(play(falls, [[120, 120, 120], split, [30, 30, 30]])).toEqual({})
    expect(play(falls, [[120, 120, 120], split, [30, 30, 30], [29, 29, 29]])).toMatchObject({ 3: { target: 'long' } })
  })
})

import { createHash } from 'node:crypto'
import { readStrategy } from '#lib/strategy/read-strategy.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import { strategy } from '#services/strategy/service.ts'
import { event, given, type Told } from '#test/given.ts'

export const btc = 'BTCUSDT.BINANCE'
export const eth = 'ETHUSDT.BINANCE'

/** A strategy of the configuration, from the text of its file. */
export function bound(text: string, roles: Record<string, string> = { underlying: btc }) {
  const { definition, problems } = readStrategy(text)
  if (!definition) throw new Error(JSON.stringify(problems))
  return { definition, hash: createHash('sha256').update(text).digest('hex'), roles }
}

/** In and out by the close alone: long above 100, short below 50, out of long below 90, out of short above 60. */
export const levels = (more = '') =>
  bound(`
name: levels
inputs: { price: { role: underlying, timeframe: 1m } }
entry: { long: price.close > 100, short: price.close < 50 }
exit: { long: price.close < 90, short: price.close > 60 }
size: { quantity: 1.50 }
${more}`)

export const cross = (more = '', name = 'cross') =>
  bound(`
name: ${name}
inputs:
  price: { role: underlying, timeframe: 1m }
  fast: { ema: [2], of: price }
  bands: { bollinger: [3], of: price }
entry:
  long: fast crosses above bands.middle
  short: fast crosses below bands.middle
size: { notional: 1000 }
${more}`)

export const bar = (n: number, close: number, instrument = btc, interval = '1m'): Told => ({
  ...event(
    'md.bar',
    {
      instrument,
      interval,
      start: n * 60_000_000,
      end: (n + 1) * 60_000_000,
      open: '1',
      high: '2',
      low: '0.5',
      close: String(close),
      volume: '3',
    },
    (n + 1) * 60_000_000,
  ),
  id: barId(n, instrument),
})
const barId = (n: number, instrument: string) => `md:e${instrument === btc ? 1 : 2}.${n}`

const caused = (n: number, told: Told, instrument: string): Told => ({ ...told, cause: barId(n, instrument) })

export const ema = (n: number, value: number | null, key = 'ema(2)', instrument = btc): Told =>
  caused(n, event('indicator.ema.v1', { instrument, interval: '1m', key, value }), instrument)
export const bollinger = (n: number, middle: number | null, instrument = btc): Told =>
  caused(
    n,
    event('indicator.bollinger.v1', {
      instrument,
      interval: '1m',
      key: 'bollinger(3,2)',
      upper: middle && middle + 1,
      middle,
      lower: middle && middle - 1,
      bandwidth: middle && 2 / middle,
      percentB: middle && 0.5,
    }),
    instrument,
  )

export const command = (asked: PayloadOf<'system.command'>['command'], target?: string, reason = 'because'): Told => ({
  ...event('system.command', { command: asked, target, reason, operator: 'ann' }),
  id: 'terminal:e1.5',
})

type Bound = ReturnType<typeof bound>

export function intent(of: Bound, target: 'long' | 'short' | 'flat', reason: string, more: object = {}): Statement {
  const { name: strategy, trade, size } = of.definition
  const role = trade[0]?.role
  const payload = { strategy, hash: of.hash, role, target, ...(target === 'flat' ? {} : { size }), reason, ...more }
  return { topic: 'strategy.intent', payload } as Statement
}
/** Out at the market. */
export const urgent = (of: Bound, reason: string): Statement => intent(of, 'flat', reason, { isUrgent: true })
export const status = (strategy: string, state: 'active' | 'throttled' | 'halted', reason: string): Statement => ({
  topic: 'strategy.status',
  payload: { strategy, state, reason },
})
export const result = (isDone: boolean, message: string): Statement => ({
  topic: 'system.command.result',
  payload: { command: 'terminal:e1.5', isDone, message },
})

export const configured = (...strategies: object[]): Told =>
  event('system.config', {
    service: 'strategy',
    hash: '1'.repeat(64),
    config: JSON.parse(JSON.stringify({ strategies })),
  })
/** Without what an intent saw and how strong it is: tests of their own look at these. */
const quiet = {
  ...strategy,
  decide: (...[state, input]: Parameters<typeof strategy.decide>): ReturnType<typeof strategy.decide> =>
    strategy.decide(state, input).map(withoutSights),
}
function withoutSights<S extends Statement>(statement: S): S {
  if (statement.topic !== 'strategy.intent') return statement
  const { saw, strength, ...payload } = statement.payload
  return { ...statement, payload }
}
export const started = (...strategies: object[]) => given(quiet, JSON.parse(JSON.stringify({ strategies })))
/** With everything that is said. */
export const startedWhole = (config: object) => given(strategy, JSON.parse(JSON.stringify(config)))

/** One complete bar of `cross`: where the fast average stands against the middle band. */
export const crossBar = (n: number, fast: number | null, middle: number | null): Told[] => [
  bar(n, 1),
  ema(n, fast),
  bollinger(n, middle),
]
export const quietly = (scene: ReturnType<typeof started>, told: readonly Told[]) => {
  for (const one of told) scene.when(one).then()
  return scene
}
export const long = 'entry.long: price.close > 100'
export const short = 'entry.short: price.close < 50'

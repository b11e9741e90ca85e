import { readAs } from '#lib/codec/read-as.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { Event } from '#schemas/event.ts'
import { type Explanation, explainEvaluation } from '../explain-evaluation.ts'
import { strategy } from '../service.ts'
import type { State } from '../state.ts'

export type ExplainWish = {
  /** The only one of the run where nothing is said. */
  readonly strategy: string | undefined
  /** The evaluation behind this intent; the newest evaluation where nothing is said. */
  readonly intent: string | undefined
  /** No later than this, microseconds UTC. */
  readonly until: number | undefined
}

/** What the service held at an event, where what it heard before is not to be had. */
export type HeldAt = { readonly seq: number; readonly state: unknown }

export type ExplainedRun = {
  readonly strategy: string
  readonly hash: string
  /** Only what came behind this event was looked at; null where that is the whole run. */
  readonly since: number | null
  /** The newest evaluation, or the one that was asked for; null when there was none. */
  readonly newest: (Explanation & { readonly event: string }) | null
  /** The evaluation behind the newest intent until then; null when there was none. */
  readonly lastIntent:
    | (Explanation & {
        readonly event: string
        readonly intent: string
        readonly target: string
        readonly refused?: string
      })
    | null
}

/** Hears a run's events again and says why a strategy's newest intent was made, and why none, or another, was made since. */
export function explainRun(events: Iterable<Event>, wish: ExplainWish, held: HeldAt | null = null): ExplainedRun {
  let state = (held?.state ?? null) as State | null
  let newest: ExplainedRun['newest'] = null
  let lastIntent: ExplainedRun['lastIntent'] = null
  const heard = new Set<string>(strategy.subscribes)
  for (const event of events) {
    if (wish.until !== undefined && event.at > wish.until) break
    if (event.source === strategy.name && event.cause !== null) continue
    if (event.topic === 'system.config') {
      if (event.payload.service !== strategy.name) continue
      const config = readAs(strategy.config, event.payload.config, ['strategy', 'config'])
      state = state === null ? strategy.init(config) : strategy.reconfigure(state, config)
    } else if (state === null || !heard.has(event.topic)) continue
    if (event.topic !== 'system.config') state = strategy.evolve(state, event as Parameters<typeof strategy.evolve>[1])
    const n = state.due.length > 0 ? indexOf(state, wish.strategy) : -1
    const explained = state.due.includes(n) ? { ...explain(state, n), event: event.id } : null
    if (explained) newest = explained
    const refused = state.refused?.n === indexOf(state, wish.strategy) ? state.refused : null
    if (refused) lastIntent = withRefusal(lastIntent, refused.why)
    for (const [index, answer] of strategy.decide(state, event as Parameters<typeof strategy.decide>[1]).entries()) {
      const id = `${strategy.name}:${event.seq}.${index}`
      state = strategy.evolve(state, {
        ...event,
        ...answer,
        id,
        source: strategy.name,
        cause: event.id,
      } as Event<'strategy.intent'>)
      if (answer.topic !== 'strategy.intent' || answer.payload.strategy !== nameAsked(state, wish.strategy)) continue
      const { target, reason } = answer.payload
      // What leaves behind a refused entry is explained by the bar of that entry.
      const why: NonNullable<ExplainedRun['newest']> = explained ?? (refused && lastIntent) ?? unjudged(event, reason)
      lastIntent = { ...why, intent: id, target }
    }
    if (wish.intent !== undefined && lastIntent?.intent === wish.intent) break
  }
  if (state === null) throw new UserError('no strategy has been configured in this run until then')
  const n = indexOf(state, wish.strategy)
  if (wish.intent !== undefined && lastIntent?.intent !== wish.intent)
    throw new UserError(
      `${nameOf(state, n)} made no intent ${wish.intent} in this run${held ? ` since event ${held.seq}` : ''}`,
    )
  const hash = state.config.strategies[n]?.hash as string
  return { strategy: nameOf(state, n), hash, since: held?.seq ?? null, newest, lastIntent }
}

function explain(state: State, n: number): Explanation {
  const bound = state.config.strategies[n]
  const running = state.running[n]
  if (!bound || !running) throw new Error(`no strategy ${n}`)
  return explainEvaluation(bound, running, state)
}

/** An intent that no bar made: of the kill switch, of a reload. */
const unjudged = ({ id, at }: Event, reason: string): Explanation & { readonly event: string } => ({
  event: id,
  at,
  conclusion: `no bar was judged: ${reason}`,
  clauses: [],
  facts: [],
})

const withRefusal = (intent: ExplainedRun['lastIntent'], refused: string) => intent && { ...intent, refused }

const nameAsked = (state: State, name: string | undefined): string => name ?? nameOf(state, indexOf(state, name))

const nameOf = (state: State, n: number): string => state.config.strategies[n]?.definition.name as string

function indexOf({ config }: State, name: string | undefined): number {
  const names = config.strategies.map(({ definition }) => definition.name)
  if (name === undefined && names.length === 1) return 0
  const n = names.indexOf(name ?? '')
  if (n >= 0) return n
  const known = `it runs ${names.slice(0, 12).join(', ')}`
  throw new UserError(
    name === undefined ? 'this run has several strategies: name one' : `this run has no strategy ${name}`,
    { hint: known },
  )
}

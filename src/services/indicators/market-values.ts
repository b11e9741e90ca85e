import { pointOf } from '#lib/indicators/bar-input.ts'
import type { BarValues } from '#lib/indicators/indicator.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { LazyBar } from './lazy-bar.ts'
import type { SessionOf } from './session-of.ts'

/** A stream of values: the bars of an instrument by width, its trades or its quotes. */
export type Moment = { readonly instrument: string; readonly interval: string }

/** The stream that an event of the market belongs to. */
export function streamOf(event: Event<'md.bar' | 'md.tick'>): Moment {
  if (event.topic === 'md.bar') return event.payload
  return { instrument: event.payload.instrument, interval: event.payload.kind }
}

/** What formulas read of it; null for a quote that lacks a side. */
export function valuesOf(event: Event<'md.bar' | 'md.tick'>, sessionOf: SessionOf): BarValues | null {
  if (event.topic === 'md.bar') return new LazyBar(event.payload, sessionOf)
  const session = sessionOf(event.payload.exchangeAt ?? event.at)
  return event.payload.kind === 'trade' ? tradeOf(event.payload, session) : quoteOf(event.payload, session)
}

type Trade = Extract<PayloadOf<'md.tick'>, { kind: 'trade' }>
type Quote = Extract<PayloadOf<'md.tick'>, { kind: 'quote' }>

const tradeOf = ({ price, size }: Trade, session: number): BarValues =>
  pointOf(Number(price) + 0, Number(size), session)

/** High is the ask, low the bid, close and open their middle. */
function quoteOf({ bid, ask }: Quote, session: number): BarValues | null {
  if (bid === null || ask === null) return null
  const [low, high] = [Number(bid) + 0, Number(ask) + 0]
  return { ...pointOf((low + high) / 2, 0, session), high, low }
}

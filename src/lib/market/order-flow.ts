import type { MarketFact } from './market-fact.ts'
import { optionQuote } from './option-quote.ts'
import { drawBelow, drawInteger, drawStep, type SeededRandom, seedRandom } from './seeded-random.ts'
import { acme, centsText, type SimulatedOption, simulatedChain, simulatedUnderlying } from './simulated-listing.ts'

export type OrderFlowOptions = {
  /** Any safe whole number: the market is a function of the seed and of startAt. */
  readonly seed: number
  /** Microseconds UTC of the first quote; expiries count from here. */
  readonly startAt: number
  readonly eventsPerSecond: number
}

/**
 * The built-in market tick by tick, without end: first its listings, then a quote of everything, then quotes and trades of the share and
 * quotes of its options, in order of time. A fair price walks at random (about 20 % a year at ten events a second), takers push it
 * on, and quotes stand around it.
 */
export function* orderFlow({ seed, startAt, eventsPerSecond }: OrderFlowOptions): Generator<MarketFact> {
  const chain = simulatedChain(startAt, startTicks)
  const meanGapUs = Math.round(1_000_000 / eventsPerSecond)
  const flow = startFlow(seed)
  yield { at: startAt, topic: 'md.instrument', payload: acme }
  for (const { listing } of chain) yield { at: startAt, topic: 'md.instrument', payload: listing }
  yield requote(flow, startAt)
  for (const option of chain) yield* quoteOf(flow, option, startAt)
  for (let at = startAt; ; ) {
    at += gapUs(flow.random, meanGapUs)
    flow.fair = Math.max(floorUnits, flow.fair + 2 * drawStep(flow.random))
    const kind = drawBelow(flow.random, 100)
    if (kind < 45) yield requote(flow, at)
    else if (kind < 70) yield trade(flow, at)
    else yield* quoteOf(flow, chain[drawBelow(flow.random, chain.length)] as SimulatedOption, at)
  }
}

const startTicks = 10_000
/** The fair price is kept in these parts of a tick. */
const unitsPerTick = 16
/** The share never falls below 10.00. */
const floorUnits = 1_000 * unitsPerTick

type Flow = {
  readonly random: SeededRandom
  fair: number
  bid: number
  ask: number
  bidSize: number
  askSize: number
  trades: number
}

const startFlow = (seed: number): Flow => ({
  random: seedRandom(seed),
  fair: startTicks * unitsPerTick,
  bid: startTicks - 1,
  ask: startTicks + 1,
  bidSize: 100,
  askSize: 100,
  trades: 0,
})

/** Between 0 and twice the mean, most often near it: the sum of two equal chances. */
const gapUs = (random: SeededRandom, meanUs: number): number =>
  Math.floor((meanUs * (drawInteger(random) + drawInteger(random))) / 4_294_967_296)

/** A new quote around the fair price, one to three ticks wide. */
function requote(flow: Flow, at: number): MarketFact<'md.tick'> {
  const width = 1 + drawBelow(flow.random, 3)
  flow.bid = Math.floor(flow.fair / unitsPerTick) - (width >> 1)
  flow.ask = flow.bid + width
  flow.bidSize = 100 * (1 + drawBelow(flow.random, 9))
  flow.askSize = 100 * (1 + drawBelow(flow.random, 9))
  return {
    at,
    topic: 'md.tick',
    payload: {
      kind: 'quote',
      instrument: simulatedUnderlying,
      bid: centsText(flow.bid),
      bidSize: String(flow.bidSize),
      ask: centsText(flow.ask),
      askSize: String(flow.askSize),
    },
  }
}

/** Somebody takes a part of what is displayed, and the fair price goes along a little. */
function trade(flow: Flow, at: number): MarketFact<'md.tick'> {
  const isBuy = drawBelow(flow.random, 2) === 0
  const size = 1 + drawBelow(flow.random, isBuy ? flow.askSize : flow.bidSize)
  flow.fair += isBuy ? 3 : -3
  flow.trades++
  return {
    at,
    topic: 'md.tick',
    payload: {
      kind: 'trade',
      instrument: simulatedUnderlying,
      price: centsText(isBuy ? flow.ask : flow.bid),
      size: String(size),
      aggressor: isBuy ? 'buy' : 'sell',
      tradeId: String(flow.trades),
    },
  }
}

function* quoteOf(flow: Flow, option: SimulatedOption, at: number): Generator<MarketFact<'md.option.tick'>> {
  const sizes = { bid: 1 + drawBelow(flow.random, 50), ask: 1 + drawBelow(flow.random, 50) }
  const spotTicks = Math.floor(flow.fair / unitsPerTick)
  const payload = optionQuote(option, spotTicks, at, sizes)
  if (payload !== null) yield { at, topic: 'md.option.tick', payload }
}

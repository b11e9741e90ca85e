import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { greeksOf } from '#lib/options/black-scholes-merton.ts'
import { inverseGreeksOf } from '#lib/options/black76.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import { resolver } from '#services/resolver/service.ts'
import { event, given, type Told } from '#test/given.ts'
import {
  bar,
  day,
  goog,
  listed,
  noon,
  option,
  optionId,
  optionTick,
  position,
  refused,
  resolved,
  swing,
} from './resolver-told.ts'

type Wish = NonNullable<PayloadOf<'strategy.intent'>['wish']>
type Leg = Wish['legs'][number]

// Third Friday 2016-06-17, a weekly, and the third Fridays of July and September.
const [june, weekly, july, september] = ['2016-06-17', '2016-06-24', '2016-07-15', '2016-09-16'] as const
const strikes = [680, 690, 700, 710, 720, 730]
const spot = 706

/** Quotes a cent around Black and Scholes at 25 %, so that deltas are known. */
function quoted(expiry: string, strike: number, right: 'call' | 'put', more: object = {}, at = noon): Told {
  const years = (Date.parse(`${expiry}T20:00:00Z`) - at / 1_000) / (365 * 86_400_000)
  const { price } = greeksOf({ right, spot, strike, years, volatility: 0.25, rate: 0, yield: 0 })
  const cents = Math.max(2, Math.round(price * 100))
  const sides = [((cents - 1) / 100).toFixed(2), ((cents + 1) / 100).toFixed(2)] as const
  const told = optionTick(optionId(expiry, String(strike), right), ...sides, more)
  return { ...told, at }
}

const each = <T>(make: (expiry: string, strike: number, right: 'call' | 'put') => T): T[] =>
  [june, weekly, july, september].flatMap((expiry) =>
    strikes.flatMap((strike) => (['call', 'put'] as const).map((right) => make(expiry, strike, right))),
  )
const market = [
  ...each((expiry, strike, right) => option(expiry, String(strike), right)),
  bar(goog, String(spot)),
  ...each((expiry, strike, right) => quoted(expiry, strike, right, { openInterest: '100', volume: '10' })),
]

const config = (more: object = {}) => ({
  mappings: [{ strategy: 'swing', role: 'main', to: { kind: 'option', underlying: goog, ...more } }],
})
const begin = (more: object = {}, ...past: readonly Told[]) => given(resolver, config(more), ...market, ...past)

const leg = (right: 'call' | 'put', strike: Leg['strike'], more: Partial<Leg> = {}): Leg => ({
  right,
  side: 'buy',
  ratio: 1,
  strike,
  expiry: { by: 'nearest' },
  ...more,
})
const wish = (...legs: Leg[]) => ({ wish: { legs } })
const long = (...legs: Leg[]) => swing('long', wish(...legs))

/** What was resolved, without prices: instrument and target. */
const targets = (answers: readonly Statement[]) =>
  answers.map(({ topic, payload }) =>
    topic === 'instrument.resolved'
      ? [payload.instrument, payload.target]
      : topic === 'instrument.rejected'
        ? [payload.code, payload.value, payload.limit]
        : [topic],
  )
const saidTo = (told: Told, more: object = {}) => targets(begin(more).when(told).answers)
const call = (strike: number, expiry: string = june) => optionId(expiry, String(strike), 'call')
const put = (strike: number, expiry: string = june) => optionId(expiry, String(strike), 'put')

describe('wishes for options', () => {
  test.each<[string, Leg, string]>([
    ['at the money', leg('call', { by: 'atm', offset: 0 }), call(710)],
    ['a step out of the money, a put goes down', leg('put', { by: 'atm', offset: 1 }), put(700)],
    ['a step in the money', leg('call', { by: 'atm', offset: -1 }), call(700)],
    ['first out of the money', leg('call', { by: 'otm', steps: 1 }), call(710)],
    ['second out of the money, a put', leg('put', { by: 'otm', steps: 2 }), put(690)],
    ['first in the money', leg('put', { by: 'itm', steps: 1 }), put(710)],
    ['moneyness', leg('call', { by: 'moneyness', ratio: 1.02 }), call(720)],
    ['points from the strike at the money', leg('put', { by: 'offset', points: '-20' }), put(690)],
  ])('[S4] %s', (_, one, instrument) => {
    expect(saidTo(long(one))).toEqual([[instrument, '1']])
  })

  test('[S4] [S13] the nearest delta, by what the middle implies, and the nearest premium', () => {
    const deltaOf = (strike: number) =>
      greeksOf({ right: 'put', spot, strike, years: 30.33 / 365, volatility: 0.25, rate: 0, yield: 0 }).delta
    const expected = strikes.reduce((best, strike) =>
      Math.abs(-deltaOf(strike) - 0.25) < Math.abs(-deltaOf(best) - 0.25) ? strike : best,
    )
    const inJuly = { expiry: { by: 'nearest', cycle: 'monthly', afterDays: 20 } } as const
    expect(saidTo(long(leg('put', { by: 'delta', delta: 0.25 }, inJuly)))).toEqual([[put(expected, july), '1']])
    const venueSays = begin({}, quoted(july, 720, 'put', { delta: -0.25 }))
    expect(targets(venueSays.when(long(leg('put', { by: 'delta', delta: 0.25 }, inJuly))).answers)).toEqual([
      [put(720, july), '1'],
    ])
    expect(saidTo(long(leg('call', { by: 'premium', price: '0.01' })))).toEqual([[call(730), '1']])
  })

  test('[S4] of two premiums that are equally near the lower strike, exactly reckoned', () => {
    const scene = given(
      resolver,
      config(),
      bar(goog, '706'),
      ...(['690', '700'] as const).map((strike) => option(june, strike, 'put')),
      optionTick(optionId(june, '690', 'put'), '0.10', '0.10'),
      optionTick(optionId(june, '700', 'put'), '0.30', '0.30'),
    )
    expect(targets(scene.when(long(leg('put', { by: 'premium', price: '0.20' }))).answers)).toEqual([
      [optionId(june, '690', 'put'), '1'],
    ])
  })

  test('[S13] the premium of an inverse option is in coin', () => {
    const coins = 'BTC_USD.DERIBIT'
    const idOf = (strike: number) => `BTC-24JUN16-${strike}-C.DERIBIT`
    const years = (Date.parse('2016-06-24T08:00:00Z') - noon / 1_000) / (365 * 86_400_000)
    const ladder = [600, 650, 700, 750, 800, 850, 900]
    const greeks = (strike: number) => inverseGreeksOf({ right: 'call', forward: 700, strike, years, volatility: 0.6 })
    const told = ladder.flatMap((strike) => {
      const middle = greeks(strike).price
      const terms = {
        underlying: coins,
        currency: 'BTC',
        isInverse: true,
        expiry: '2016-06-24',
        strike: String(strike),
        right: 'call',
      } as const
      return [
        { ...listed(idOf(strike), { kind: 'option', ...terms }) },
        optionTick(idOf(strike), (middle * 0.99).toFixed(9), (middle * 1.01).toFixed(9), { underlyingPrice: '700' }),
      ]
    })
    const scene = given(resolver, config({ underlying: coins, calendar: 'coin' }), ...told)
    const nearest = ladder.reduce((best, strike) =>
      Math.abs(greeks(strike).delta - 0.25) < Math.abs(greeks(best).delta - 0.25) ? strike : best,
    )
    expect(targets(scene.when(long(leg('call', { by: 'delta', delta: 0.25 }))).answers)).toEqual([
      [idOf(nearest), '1.000'],
    ])
  })

  describe('[S2] what options are measured against', () => {
    const near = '2016-06-24'
    const coin = { underlying: goog, calendar: 'coin' } as const
    const ladder = [june, near].flatMap((expiry) =>
      strikes.flatMap((strike) => [
        option(expiry, String(strike), 'call'),
        { ...optionTick(call(strike, expiry), '2', '2.1'), at: noon - day },
      ]),
    )
    const says = (expiry: string, underlyingPrice: string, at = noon): Told => ({
      ...optionTick(call(700, expiry), '2', '2.1', { underlyingPrice }),
      at,
    })
    const atm = (expiry: Leg['expiry'] = { by: 'nearest' }) => leg('call', { by: 'atm', offset: 0 }, { expiry })
    const answersTo = (told: readonly Told[], one: Leg) =>
      targets(
        given(resolver, config(coin), ...ladder, ...told)
          .restarted()
          .when(long(one)).answers,
      )
    const [low, high] = [says(june, '690'), says(near, '720')]

    test.each([
      ['the far expiry last', [low, high]],
      ['the near expiry last', [high, low]],
    ])('each expiry has its own price: %s', (_, told) => {
      expect(answersTo(told, atm())).toEqual([[call(690, june), '1']])
      expect(answersTo(told, atm({ by: 'nearest', afterDays: 5 }))).toEqual([[call(720, near), '1']])
      expect(answersTo(told, leg('call', { by: 'moneyness', ratio: 1 }))).toEqual([[call(690, june), '1']])
      expect(answersTo([...told, bar(goog, '710', noon - 1)], atm())).toEqual([[call(690, june), '1']])
    })

    test('of the own price of the underlying and that of the expiry the newer, at one instant the own', () => {
      expect(answersTo([bar(goog, '710', noon - day), low], atm())).toEqual([[call(690, june), '1']])
      expect(answersTo([low, bar(goog, '710', noon)], atm())).toEqual([[call(710, june), '1']])
      expect(answersTo([says(june, '690', noon - day), bar(goog, '710', noon)], atm())).toEqual([
        [call(710, june), '1'],
      ])
    })

    test('a snapshot speaks only for an expiry that told no price, and the other expiries for none', () => {
      const snapshot = event('md.option.chain.snapshot', { underlying: goog, underlyingPrice: '700', contracts: [] })
      expect(answersTo([high], atm())).toEqual([['NO_PRICE', goog, undefined]])
      expect(answersTo([high, { ...snapshot, at: noon }], atm())).toEqual([[call(700, june), '1']])
      expect(answersTo([low, { ...snapshot, at: noon }], atm())).toEqual([[call(690, june), '1']])
    })
  })

  test('[S13] a delta that was told is of its quote: the next quote drops it, a snapshot that repeats the quote does not', () => {
    const inJuly = { expiry: { by: 'nearest', cycle: 'monthly', afterDays: 20 } } as const
    const one = long(leg('put', { by: 'delta', delta: 0.25 }, inJuly))
    const told = quoted(july, 720, 'put', { delta: -0.25 })
    const implied = saidTo(one)
    expect(targets(begin({}, told).when(one).answers)).toEqual([[put(720, july), '1']])
    expect(implied).not.toEqual([[put(720, july), '1']])
    expect(targets(begin({}, told, quoted(july, 720, 'put')).when(one).answers)).toEqual(implied)
    const { bid, ask } = told.payload as PayloadOf<'md.option.tick'>
    const snapshot = (sides: { bid: string | null; ask: string | null }) => {
      const contract = { instrument: put(720, july), expiry: july, strike: '720', right: 'put' as const }
      const contracts = [{ ...contract, bidSize: '1', askSize: '1', ...sides }]
      const payload = { underlying: goog, underlyingPrice: String(spot), contracts }
      return { ...event('md.option.chain.snapshot', payload), at: noon }
    }
    expect(targets(begin({}, told, snapshot({ bid, ask })).when(one).answers)).toEqual([[put(720, july), '1']])
    expect(targets(begin({}, told, snapshot({ bid: '14.20', ask: '14.30' })).when(one).answers)).toEqual(implied)
  })

  test('[S4] a US option ends at the close in New York, and days are those of New York', () => {
    const weeks = (at: number, expiry: Leg['expiry']) =>
      targets(begin().when(swing('long', wish(leg('call', { by: 'atm', offset: 0 }, { expiry })), at)).answers)[0]?.[0]
    const atMoney = (expiry: string) => optionId(expiry, '710', 'call')
    const at = (text: string) => Date.parse(text) * 1_000
    expect(weeks(at('2016-06-17T19:59:59Z'), { by: 'nearest' })).toBe(atMoney(june))
    expect(weeks(at('2016-06-17T20:00:00Z'), { by: 'nearest' })).toBe(atMoney(weekly))
    expect(weeks(at('2016-06-24T01:00:00Z'), { by: 'nearest', afterDays: 1 })).toBe(atMoney(weekly))
  })

  test.each<[string, Leg['expiry'], string]>([
    ['nearest', { by: 'nearest' }, june],
    ['nearest after a week', { by: 'nearest', afterDays: 7 }, weekly],
    ['nearest weekly', { by: 'nearest', cycle: 'weekly' }, weekly],
    ['nearest monthly after a week', { by: 'nearest', afterDays: 7, cycle: 'monthly' }, july],
    ['nearest quarterly after a week', { by: 'nearest', afterDays: 7, cycle: 'quarterly' }, september],
    ['between days', { by: 'days', min: 20, max: 40 }, july],
  ])('[S4] expiry: %s', (_, expiry, date) => {
    expect(saidTo(long(leg('call', { by: 'atm', offset: 0 }, { expiry })))).toEqual([[call(710, date), '1']])
  })

  test('[S9] what is not listed is refused with what was asked', () => {
    const say = (one: Leg) => saidTo(long(one))
    expect(say(leg('call', { by: 'otm', steps: 4 }))).toEqual([['NO_LISTED_STRIKE', 'GOOG.USA call', 'otm 4']])
    expect(say(leg('call', { by: 'offset', points: '5' }))).toEqual([['NO_LISTED_STRIKE', 'GOOG.USA call', '715']])
    const far = { expiry: { by: 'days', min: 45, max: 60 } } as const
    expect(say(leg('put', { by: 'atm', offset: 0 }, far))).toEqual([['NO_LISTED_OPTION', 'GOOG.USA put', '45-60']])
    const odd = { expiry: { by: 'nearest', afterDays: 100, cycle: 'monthly' } } as const
    expect(say(leg('put', { by: 'atm', offset: 0 }, odd))).toEqual([
      ['NO_LISTED_OPTION', 'GOOG.USA put', '100 monthly'],
    ])
  })

  test('[S3] on a role that is an instrument, options on it are meant', () => {
    const mapped = { mappings: [{ strategy: 'swing', role: 'main', to: { kind: 'instrument', instrument: goog } }] }
    const scene = given(resolver, mapped, ...market)
    expect(targets(scene.when(long(leg('call', { by: 'otm', steps: 1 }))).answers)).toEqual([[call(710), '1']])
    expect(targets(scene.when(swing('flat')).answers)).toEqual([[call(710), '0']])
  })
})

describe('wishes of several legs', () => {
  const condor = [
    leg('put', { by: 'otm', steps: 2 }),
    leg('put', { by: 'otm', steps: 1 }, { side: 'sell' }),
    leg('call', { by: 'otm', steps: 1 }, { side: 'sell' }),
    leg('call', { by: 'otm', steps: 2 }, { ratio: 2 }),
  ]

  test('[S7] [S14] each leg has its side and ratio, and says which it is', () => {
    const { answers } = begin().when(swing('long', { ...wish(...condor), size: { kind: 'quantity', quantity: '3' } }))
    expect(targets(answers)).toEqual([
      [put(690), '3'],
      [put(700), '-3'],
      [call(710), '-3'],
      [call(720), '6'],
    ])
    expect(
      answers.map(({ payload }) => ('leg' in payload && 'legs' in payload ? [payload.leg, payload.legs] : [])),
    ).toEqual([
      [1, 4],
      [2, 4],
      [3, 4],
      [4, 4],
    ])
  })

  test('[S3] a short wish takes every leg as it is stated, like a long one', () => {
    const { answers } = begin().when(swing('short', wish(...condor)))
    expect(targets(answers)).toEqual(targets(begin().when(long(...condor)).answers))
    expect(targets(answers).map(([, target]) => target)).toEqual(['1', '-1', '-1', '2'])
  })

  test('[S7] a notional counts what every leg costs, bought or sold', () => {
    const prices = [optionTick(call(710), '2', '2'), optionTick(call(720), '1', '1')]
    const spread = [
      leg('call', { by: 'otm', steps: 1 }),
      leg('call', { by: 'otm', steps: 2 }, { side: 'sell', ratio: 2 }),
    ]
    const notional = { size: { kind: 'notional', notional: '1999' } } as const
    const { answers } = begin({}, ...prices).when(swing('long', { ...wish(...spread), ...notional }))
    expect(targets(answers)).toEqual([
      [call(710), '4'],
      [call(720), '-8'],
    ])
  })

  test('[S14] one leg that cannot be had refuses them all, and says which', () => {
    const impossible = [...condor, leg('put', { by: 'otm', steps: 9 })]
    begin()
      .when(long(...impossible))
      .then(refused('NO_LISTED_STRIKE', { strategy: 'swing', value: 'GOOG.USA put', limit: 'otm 9', leg: 5 }))
    const twice = [leg('call', { by: 'atm', offset: 0 }), leg('call', { by: 'otm', steps: 1 })]
    begin()
      .when(long(...twice))
      .then(refused('LEGS_COLLIDE', { strategy: 'swing', value: call(710), leg: 2 }))
  })

  test('[S5] the same wish keeps its legs when the spot moves; another wish closes what it does not want', () => {
    const spread = [leg('call', { by: 'otm', steps: 1 }), leg('call', { by: 'otm', steps: 2 }, { side: 'sell' })]
    const scene = begin({}, long(...spread), bar(goog, '716'))
    expect(targets(scene.when(long(...spread)).answers)).toEqual([
      [call(710), '1'],
      [call(720), '-1'],
    ])
    const moved = [
      leg('call', { by: 'otm', steps: 1 }),
      leg('call', { by: 'otm', steps: 2 }, { side: 'sell', ratio: 2 }),
    ]
    expect(targets(scene.restarted().when(long(...moved)).answers)).toEqual([
      [call(710), '0'],
      [call(720), '1'],
      [call(730), '-2'],
    ])
    expect(targets(scene.when(swing('flat')).answers)).toEqual([
      [call(720), '0'],
      [call(730), '0'],
      // Until it is known to be gone. [S22]
      [call(710), '0'],
    ])
    for (const strike of [710, 720, 730]) scene.when(position('swing', call(strike), '0'))
    scene.when(swing('flat')).then(refused('NOTHING_HELD', { strategy: 'swing', value: goog }))
  })

  test('[S5] a roll resolves anew what is too near its expiry, and keeps it when there is nothing to roll to', () => {
    const rolls = { rollDays: 5, minDaysToExpiry: 5 }
    const one = leg('call', { by: 'atm', offset: 0 })
    const scene = begin(rolls, long(one))
    expect(targets(scene.when(swing('long', wish(one), noon + 4 * day)).answers)).toEqual([[call(710, weekly), '1']])
    expect(targets(scene.when(swing('long', wish(one), noon + 5 * day)).answers)).toEqual([
      [call(710, weekly), '0'],
      [call(710, july), '1'],
    ])
    const last = leg('call', { by: 'atm', offset: 0 }, { expiry: { by: 'nearest', afterDays: 80 } })
    const alone = begin(rolls, long(last))
    const at = noon + 89 * day
    expect(targets(alone.when(swing('long', wish(last), at)).answers)).toEqual([
      ['NO_LISTED_OPTION', 'GOOG.USA call', '80'],
    ])
    expect(targets(alone.when(swing('flat', {}, at)).answers)).toEqual([[call(710, september), '0']])
  })
})

describe('liquidity', () => {
  const atm = leg('call', { by: 'atm', offset: 0 })
  const wide = optionTick(call(710), '1', '3', { openInterest: '7', volume: '2' })

  test.each<[string, object, readonly (string | undefined)[]]>([
    ['spread', { maxSpreadPct: 50 }, ['SPREAD_TOO_WIDE', `${call(710)} 100`, '50']],
    ['open interest', { minOpenInterest: 8 }, ['OPEN_INTEREST_TOO_LOW', `${call(710)} 7`, '8']],
    ['volume', { minVolume: 3 }, ['VOLUME_TOO_LOW', `${call(710)} 2`, '3']],
    ['size at touch', { minSizeAtTouch: 2 }, ['SIZE_TOO_SMALL', `${call(710)} 1`, '2']],
  ])('[S12] %s', (_, liquidity, expected) => {
    expect(targets(begin({ liquidity }, wide).when(long(atm)).answers)).toEqual([expected])
  })

  test('[S12] the age of a quote counts from when it was told; what a later quote does not say stays', () => {
    const liquidity = { maxQuoteAgeMs: 60_000, minOpenInterest: 7 }
    const told = { ...optionTick(call(710), '2', '2.1'), at: noon }
    const scene = begin({ liquidity }, { ...wide, at: noon }, told)
    expect(targets(scene.when(swing('long', wish(atm), noon + 60_000_000)).answers)).toEqual([[call(710), '1']])
    expect(targets(begin({ liquidity }, told).when(swing('long', wish(atm), noon + 60_001_000)).answers)).toEqual([
      ['QUOTE_TOO_OLD', `${call(710)} 60001`, '60000'],
    ])
    expect(
      targets(begin({ liquidity: { maxSpreadPct: 9 } }, optionTick(call(710), null, '2')).when(long(atm)).answers),
    ).toEqual([['NO_QUOTE', call(710), undefined]])
  })

  test('[S12] a delta or premium target looks at liquid options only', () => {
    const half = leg('call', { by: 'premium', price: '2' })
    const liquidity = { minOpenInterest: 50 }
    const other = optionTick(call(720), '1.95', '2.05', { openInterest: '1' })
    expect(targets(begin({}, other).when(long(half)).answers)[0]?.[0]).toBe(call(720))
    expect(targets(begin({ liquidity }, other).when(long(half)).answers)[0]?.[0]).not.toBe(call(720))
    expect(saidTo(long(half), { liquidity: { minOpenInterest: 1e6 } })).toEqual([
      ['NO_LIQUID_OPTION', 'GOOG.USA: none of 6', 'premium 2'],
    ])
  })

  test('[S2] a snapshot of the chain is a quote of every contract in it', () => {
    const contract = { instrument: call(710), expiry: june, strike: '710', right: 'call' as const }
    const sides = { bid: '5', bidSize: '9', ask: '5.2', askSize: '9' }
    const snapshot = event('md.option.chain.snapshot', {
      underlying: goog,
      underlyingPrice: '706',
      contracts: [{ ...contract, ...sides }],
    })
    given(resolver, config({ liquidity: { minSizeAtTouch: 9 } }), option(june, '710', 'call'), {
      ...snapshot,
      at: noon,
    })
      .when(long(atm))
      .then(resolved(call(710), '1', '5.1', { strategy: 'swing' }))
    // What was quoted before the feed was interrupted is no quote of now.
    const { contracts, ...rest } = snapshot.payload as PayloadOf<'md.option.chain.snapshot'>
    const stale = { ...rest, contracts: contracts.map((one) => ({ ...one, isStale: true })) }
    const told = { topic: snapshot.topic, payload: stale, at: noon }
    const { answers } = given(
      resolver,
      config({ liquidity: { minSizeAtTouch: 9 } }),
      option(june, '710', 'call'),
      told,
    ).when(long(atm))
    expect(answers.map(({ topic }) => topic)).toEqual(['instrument.rejected'])
    // That nobody listens to a contract says nothing of its quote.
    const nobody = { bid: null, bidSize: null, ask: null, askSize: null, isUnheard: true as const }
    const unheard = { ...rest, contracts: contracts.map((one) => ({ ...one, ...nobody })) }
    given(
      ...([resolver, config({ liquidity: { minSizeAtTouch: 9 } }), option(june, '710', 'call')] as const),
      ...[
        { ...snapshot, at: noon },
        { topic: snapshot.topic, payload: unheard, at: noon },
      ],
    )
      .when(long(atm))
      .then(resolved(call(710), '1', '5.1', { strategy: 'swing' }))
  })
})

test('[S11] [S14] whatever is wished for, all legs come or none, and a restart changes nothing', () => {
  const strike = fc.oneof(
    fc.record({ by: fc.constant('atm' as const), offset: fc.integer({ min: -3, max: 3 }) }),
    fc.record({ by: fc.constantFrom('itm' as const, 'otm' as const), steps: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ by: fc.constant('delta' as const), delta: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ by: fc.constant('premium' as const), price: fc.constantFrom('0.5', '3', '20') }),
    fc.record({ by: fc.constant('moneyness' as const), ratio: fc.double({ min: 0.9, max: 1.1, noNaN: true }) }),
  )
  const anyLeg: fc.Arbitrary<Leg> = fc.record({
    right: fc.constantFrom<'call' | 'put'>('call', 'put'),
    side: fc.constantFrom<'buy' | 'sell'>('buy', 'sell'),
    ratio: fc.integer({ min: 1, max: 3 }),
    strike,
    expiry: fc.constantFrom<Leg['expiry']>(
      { by: 'nearest' },
      { by: 'nearest', cycle: 'monthly', afterDays: 9 },
      { by: 'days', min: 5, max: 40 },
    ),
  })
  const anyIntent = fc
    .record({
      target: fc.constantFrom<'long' | 'short' | 'flat'>('long', 'short', 'flat'),
      legs: fc.array(anyLeg, { minLength: 1, maxLength: 4 }),
      days: fc.integer({ min: 0, max: 12 }),
    })
    .map(({ target, legs, days }) => swing(target, wish(...legs), noon + days * day))
  fc.assert(
    fc.property(fc.array(anyIntent, { maxLength: 6 }), fc.nat(6), (intents, restart) => {
      const run = (restarts: boolean) => {
        const scene = begin()
        return intents.map((one, n) => {
          if (restarts && n === restart) scene.restarted()
          return scene.when(one).answers
        })
      }
      const answers = run(false)
      expect(run(true)).toEqual(answers)
      const position = new Map<string, string>()
      for (const said of answers) {
        const opened = said.flatMap(({ topic, payload }) =>
          topic === 'instrument.resolved' && payload.target !== '0' ? [payload] : [],
        )
        const isRefused = said.some(({ topic }) => topic === 'instrument.rejected')
        expect(isRefused && opened.length > 0).toBe(false)
        if (opened.length > 0) expect(opened.length).toBe(opened[0]?.legs ?? 1)
        for (const { topic, payload } of said)
          if (topic === 'instrument.resolved') {
            if (payload.target === '0') position.delete(payload.instrument)
            else position.set(payload.instrument, payload.target)
          }
        // What stands is what the newest opened legs are: nothing older is left open.
        if (opened.length > 0)
          expect([...position].sort()).toEqual(opened.map(({ instrument, target }) => [instrument, target]).sort())
      }
    }),
    { numRuns: 60 },
  )
})

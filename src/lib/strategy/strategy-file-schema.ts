import { z } from 'zod'
import { signature } from '#lib/indicators/check-request.ts'
import type { AnyIndicator } from '#lib/indicators/indicator.ts'
import { findIndicator, indicatorNames } from '#lib/indicators/indicator-catalogue.ts'
import { IndicatorInterval } from '#schemas/indicator.ts'
import { Name } from '#schemas/primitives.ts'
import type { strategyKeys } from './read-strategy.ts'

const said = <T extends z.ZodType>(schema: T, description: string): T => schema.describe(description)
const condition = (description: string) => said(z.string().min(1).max(1800), description)
const amount = z.union([z.number().positive(), z.string().regex(/^(?:0|[1-9]\d*)(?:\.\d+)?$/)])
const share = said(
  z.union([z.number().positive(), z.string().regex(/^\d+(?:\.\d+)?%?$/)]),
  'A share, such as 25% or 0.25',
)
const number = said(z.union([z.number(), z.string().min(1).max(1800)]), 'A number, or an expression such as 2 * range')
const stretch = said(z.string().regex(/^[1-9]\d*(?: bars?|s|m|h|d)$/), 'Bars or time, such as 20 bars, 30m or 3d')

const series = z.strictObject({
  role: said(Name, 'What is read; it becomes an instrument when the strategy runs'),
  timeframe: said(IndicatorInterval, 'Width of the bars, such as 1m, 1d or 250t; or trade, or quote'),
})
const of = said(z.string(), 'The series that it is of; may be left out where there is only one').optional()
const computedOf = said(
  z.string(),
  'A series, or price.high and the like, or another indicator; may be left out where there is only one',
).optional()
const score = z.strictObject({ ml: said(Name, 'A model; its score may stand in veto and scale only'), of })
const hours = said(z.string().regex(/^\d{2}:\d{2}\s*-\s*\d{2}:\d{2}$/), 'Opening and close, such as 09:30-16:00')
const rangeOf = said(z.string(), 'The first series: the session has its open, high and low').optional()
const calendarSession = z.strictObject({
  calendar: said(Name, 'nyse, or a calendar of the topology: holidays and early closes count'),
  session: hours.optional(),
  of: rangeOf,
})
const session = z.strictObject({
  session: hours,
  of: rangeOf,
  zone: said(z.string(), 'IANA time zone, such as America/New_York').optional(),
  days: said(z.string(), 'Days of the week, such as monday-friday').optional(),
})

function indicatorInput(name: string): z.ZodType {
  const indicator = findIndicator(name) as AnyIndicator
  const params = z.union([z.number(), z.array(z.number()).max(indicator.params.length), z.null()])
  return z.strictObject({ [name]: said(params, `${indicator.title}: ${signature(indicator)}`), of: computedOf })
}

const leg = said(z.string().max(1800), 'An option, such as sell put delta 25, 30-45 days')
const legs = z.union([leg, z.array(leg).min(1).max(8)])
const traded = z.union([
  said(z.enum(['with', 'against']), 'On the side of the target, or on the other'),
  legs,
  z.strictObject({
    side: z.enum(['with', 'against']).optional(),
    ratio: said(amount, 'So many times the size').optional(),
    long: said(legs, 'Options when the target is long').optional(),
    short: said(legs, 'Options when the target is short').optional(),
  }),
])

const sides = (what: string) =>
  z.strictObject({
    long: condition(`${what} a long position when this is true`).optional(),
    short: condition(`${what} a short position when this is true`).optional(),
  })

const size = z.union([
  z.strictObject({ quantity: said(amount, 'Units, shares or contracts') }),
  z.strictObject({ notional: said(amount, 'Money in the currency of the instrument') }),
  z.strictObject({ equity: said(share, 'A share of the equity of the account') }),
  z.strictObject({
    volatility: said(share, 'Target volatility of the position, as a share of the equity'),
    measured: said(number, 'Volatility now, as a fraction and over the same time as the target'),
    most: said(share, 'Largest notional, as a share of the equity').optional(),
  }),
  z.strictObject({
    risk: said(share, 'Share of the equity that is lost at the stop'),
    most: said(share, 'Largest notional, as a share of the equity').optional(),
  }),
])

const scaling = (what: string) =>
  z.strictObject({
    when: condition(`${what} when this is true`),
    part: said(share, 'Part of what the entry came to'),
    most: said(z.int().min(1).max(100), 'So many times for an entry').optional(),
  })

const keys = {
  name: said(Name, 'On every intent, order and result'),
  inputs: said(
    z.record(
      z.string().regex(/^[a-z][a-z0-9_]*$/),
      z.union([series, session, calendarSession, score, ...indicatorNames.map(indicatorInput)]),
    ),
    'Series of bars, indicators of them, sessions, and scores of models, by the names that conditions use',
  ),
  zone: said(z.string(), 'IANA time zone of time and weekday; UTC where nothing is said').optional(),
  entry: said(sides('Enters'), 'When a position is wished for'),
  exit: said(sides('Leaves'), 'When it is wished for no longer').optional(),
  size,
  stop: said(number, 'Distance of the stop from the price at the entry: 2%, or an expression').optional(),
  target: said(number, 'Distance of the profit target: 6%, or an expression').optional(),
  trail: said(number, 'Distance of a stop that follows the best price').optional(),
  levels_on: said(
    z.string(),
    'A series of trades or quotes: stop, target and trail are looked at on each of it',
  ).optional(),
  time_exit: said(stretch, 'Out after so many bars, or so much time').optional(),
  scale_in: scaling('Adds').optional(),
  scale_out: scaling('Takes').optional(),
  cooldown: said(stretch, 'No entry for so long after leaving').optional(),
  veto: condition('No new exposure unless this is false; may read scores of models').optional(),
  scale: said(number, 'Factor from 0 to 1 on the size; may read scores of models').optional(),
  trade: said(
    z.union([Name, z.record(Name, traded)]),
    'The roles that are traded; may be left out where one role is read',
  ).optional(),
  rate_limit: said(
    z.strictObject({
      intents: z.int().min(1).max(10_000),
      per: z.string().regex(/^[1-9]\d{0,5}(?:s|m|h|d)$/),
    }),
    'At most so many intents in any such stretch of event time',
  ).optional(),
} satisfies Record<(typeof strategyKeys)[number], z.ZodType>

/** The form of a strategy file, for editors. What expressions mean is checked by `trader strategy check` alone. */
export const StrategyFileForm = z.strictObject(keys)

/** The same as JSON Schema: schemas/json/strategy-file.json. */
export const strategyFileSchema = (): Record<string, unknown> => ({
  title: 'Strategy file of trader',
  ...z.toJSONSchema(StrategyFileForm, { io: 'input' }),
})

import { expect, test } from 'vitest'
import { calendarOf, MarketHours } from '#lib/time/market-hours.ts'
import { md } from '#services/md/service.ts'
import { event, given } from '#test/given.ts'

const second = 1_000_000
const minute = 60 * second
const BTC = 'BTCUSDT.BINANCE'

const trade = (at: number, price: string, size = '1', instrument = BTC) =>
  event('md.tick', { kind: 'trade', instrument, price, size }, at)
const status = (state: 'started' | 'ended', feed = 'binance') =>
  event('md.status', { feed, state, isSimulated: false }, 0)
type Prices = readonly [open: string, high: string, low: string, close: string]
const bar = (
  interval: string,
  start: number,
  end: number,
  [open, high, low, close]: Prices,
  volume: string,
  trades: number,
  instrument = BTC,
) => ({
  topic: 'md.bar' as const,
  payload: { instrument, interval, start, end, open, high, low, close, volume, trades },
})
const minutes = { bars: [{ interval: '1m' }] }

test.each([
  ['5m', '1m', '1m'],
  ['1m', '5m', '1m'],
])(
  '[M1] [M4] builds every width for every instrument, once; of %s, %s, %s what ended first is said first, then the wide one',
  (...widths) => {
    const bars = widths.map((interval) => ({ interval }))
    given(md, { bars }, trade(1, '10'))
      .when(trade(5 * minute, '11'))
      .then(
        bar('1m', 0, minute, ['10', '10', '10', '10'], '1', 1),
        bar('5m', 0, 5 * minute, ['10', '10', '10', '10'], '1', 1),
      )
      .when(trade(9 * minute, '12'))
      .then(bar('1m', 5 * minute, 6 * minute, ['11', '11', '11', '11'], '1', 1))
      .when(trade(10 * minute, '13'))
      .then(
        bar('5m', 5 * minute, 10 * minute, ['11', '12', '11', '12'], '2', 2),
        bar('1m', 9 * minute, 10 * minute, ['12', '12', '12', '12'], '1', 1),
      )
  },
)

test('[M1] a width with an instrument is for that one only', () => {
  const scene = given(md, { bars: [{ instrument: BTC, interval: '1t' }] })
  scene.when(trade(1, '10', '1', 'ETHUSDT.BINANCE')).then()
  scene.when(trade(2, '10')).then(bar('1t', 2, 2, ['10', '10', '10', '10'], '1', 1))
})

test('[M1] quotes make no bars', () => {
  const quote = { kind: 'quote' as const, instrument: BTC, bid: '1', bidSize: '1', ask: '2', askSize: '1' }
  given(md, minutes, trade(1, '10'))
    .when(event('md.tick', quote, 2 * minute))
    .then()
})

test('[M2] goes by the time of the exchange where the feed gives one', () => {
  const late = event(
    'md.tick',
    { kind: 'trade', instrument: BTC, price: '11', size: '1', exchangeAt: minute - 1 },
    minute + 50,
  )
  const scene = given(md, minutes, trade(1, '10'))
  scene.when(late).then()
  scene.when(trade(minute, '12')).then(bar('1m', 0, minute, ['10', '11', '10', '11'], '2', 2))
})

test('[M3] [M4] a trade at the very end belongs to the next bar and completes this one', () => {
  given(md, minutes, trade(0, '10.5'), trade(30 * second, '9.75'), trade(minute - 1, '10'))
    .when(trade(minute, '20'))
    .then(bar('1m', 0, minute, ['10.5', '10.5', '9.75', '10'], '3', 3))
})

test('[M3] an interval without trades has no bar', () => {
  const scene = given(md, minutes, trade(0, '10'))
  scene.when(trade(5 * minute, '11')).then(bar('1m', 0, minute, ['10', '10', '10', '10'], '1', 1))
  scene.when(trade(6 * minute, '12')).then(bar('1m', 5 * minute, 6 * minute, ['11', '11', '11', '11'], '1', 1))
})

test('[M3] a width that does not divide the day starts again at midnight', () => {
  const day = 24 * 60 * minute
  given(md, { bars: [{ interval: '7h' }] }, trade(22 * 60 * minute, '10'))
    .when(trade(day, '11'))
    .then(bar('7h', 21 * 60 * minute, day, ['10', '10', '10', '10'], '1', 1))
})

test('[M3a] a width with a calendar counts from the open, ends with the session, and knows nothing outside of it', () => {
  const newYork = calendarOf(
    MarketHours.parse({
      zone: 'America/New_York',
      week: { friday: ['09:30', '16:00'], monday: ['09:30', '16:00'] },
      earlyCloses: { '2013-11-29': '13:00' },
    }),
  )
  const at = (time: string) => Date.parse(`2013-${time}Z`) * 1000
  const config = {
    bars: [
      { interval: '1h', calendar: 'us' },
      { interval: '1d', calendar: 'us' },
    ],
    calendars: { us: newYork },
  }
  const scene = given(md, config, trade(at('11-29T14:00:00'), '1'), trade(at('11-29T17:31:00'), '10'))
  scene
    .restarted()
    .when(trade(at('11-29T17:59:59'), '11'))
    .then()
  const start = at('11-29T17:30:00')
  const end = at('11-29T18:00:00')
  scene
    .when(trade(end, '99'))
    .then(
      bar('1d', at('11-29T14:30:00'), end, ['10', '11', '10', '11'], '2', 2),
      bar('1h', start, end, ['10', '11', '10', '11'], '2', 2),
    )
  scene.when(trade(at('12-02T14:30:00'), '12')).then()
})

const fridays = calendarOf(MarketHours.parse({ zone: 'America/New_York', week: { friday: ['09:30', '16:00'] } }))
const friday = (time: string) => Date.parse(`2013-11-29T${time}Z`) * 1000
const time = (now: number) => event('system.time', { now }, now)

test('[M3a] without a calendar a width has that of its instrument; utc is from midnight all the same', () => {
  const calendars = { us: fridays }
  const config = { bars: [{ interval: '1h' }], calendars, sessions: { 'BTCUSDT.BINANCE': 'us' } }
  const past = trade(friday('14:35:00'), '10')
  given(md, config, past)
    .when(trade(friday('15:30:00'), '11'))
    .then(bar('1h', friday('14:30:00'), friday('15:30:00'), ['10', '10', '10', '10'], '1', 1))
  given(md, { ...config, bars: [{ interval: '1h', calendar: 'utc' }] }, past)
    .when(trade(friday('15:00:00'), '11'))
    .then(bar('1h', friday('14:00:00'), friday('15:00:00'), ['10', '10', '10', '10'], '1', 1))
  expect(() => given(md, { sessions: { 'BTCUSDT.BINANCE': 'us' } })).toThrow('there is no calendar us')
})

test('[M4a] the last bar of a session is said when its time has come, once, whatever comes late', () => {
  const config = { bars: [{ interval: '1d', calendar: 'us' }, { interval: '1m' }], calendars: { us: fridays } }
  const close = friday('21:00:00')
  given(md, config, trade(friday('20:59:59'), '10'))
    .when(time(close))
    .then()
    .when(trade(close - 1, '12'))
    .then()
    .restarted()
    .when(time(close + 1_000_000))
    .then(bar('1d', friday('14:30:00'), close, ['10', '12', '10', '12'], '2', 2))
    .restarted()
    .when(time(close + 2_000_000))
    .then()
    .when(trade(close - 1, '99'))
    .then()
    .when(time(close + 3_000_000))
    .then()
})

test('[M3a] refuses a calendar that there is not, and bars of sessions that no session can cut', () => {
  expect(() => given(md, { bars: [{ interval: '1h', calendar: 'us' }] })).toThrow('there is no calendar us')
  const calendars = { us: calendarOf(MarketHours.parse({ zone: 'UTC', week: {} })) }
  for (const interval of ['250t', '2d'])
    expect(() => given(md, { bars: [{ interval, calendar: 'us' }], calendars })).toThrow('time bars of at most a day')
})

test('[M5] a trade older than the open bar is in no bar', () => {
  const scene = given(md, minutes, trade(minute, '10'))
  scene.when(trade(minute - 1, '99')).then()
  scene.when(trade(2 * minute, '11')).then(bar('1m', minute, 2 * minute, ['10', '10', '10', '10'], '1', 1))
})

test('[M5] a late trade within the open bar counts as it arrives', () => {
  given(md, minutes, trade(20, '10'), trade(10, '8'))
    .when(trade(minute, '11'))
    .then(bar('1m', 0, minute, ['10', '10', '8', '8'], '2', 2))
})

test('[M6] a bar of n trades is said on its last one', () => {
  const scene = given(md, { bars: [{ interval: '2t' }] }, trade(5, '10'))
  scene.when(trade(9, '12')).then(bar('2t', 5, 9, ['10', '12', '10', '12'], '2', 2))
  scene.when(trade(11, '13')).then()
})

test('[M6] a bar of volume takes the whole of the trade that reaches it and carries nothing', () => {
  const scene = given(md, { bars: [{ interval: '1v' }] }, trade(1, '10', '0.1'), trade(2, '10', '0.2'))
  scene.when(trade(3, '10', '0.69999999')).then()
  scene.when(trade(4, '11', '5')).then(bar('1v', 1, 4, ['10', '11', '10', '11'], '5.99999999', 4))
  scene.when(trade(5, '11', '0.99')).then()
})

test('[M6] a bar of notional sums exactly: ten times 0.1 is one', () => {
  const tenth = (at: number) => trade(at, '0.1', '1')
  const scene = given(md, { bars: [{ interval: '1n' }] }, ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map(tenth))
  scene.when(tenth(10)).then(bar('1n', 1, 10, ['0.1', '0.1', '0.1', '0.1'], '10', 10))
})

test('[M7] keeps the text of prices and the digits of sizes', () => {
  given(md, minutes, trade(1, '10.10', '0.10'), trade(2, '10.1', '0.005'))
    .when(trade(minute, '11'))
    .then(bar('1m', 0, minute, ['10.10', '10.10', '10.10', '10.1'], '0.105', 2))
})

test('[M8] the end of the last feed completes time bars and drops the others', () => {
  const scene = given(md, { bars: [{ interval: '1m' }, { interval: '5t' }] }, status('started'), trade(7, '10'))
  scene.when(status('ended')).then(bar('1m', 0, minute, ['10', '10', '10', '10'], '1', 1))
  scene.when(status('ended')).then()
})

test('[M8] while another feed runs nothing is completed', () => {
  const scene = given(md, minutes, status('started'), status('started', 'kraken'), trade(7, '10'))
  scene.when(status('ended')).then()
  scene.when(status('ended', 'kraken')).then(bar('1m', 0, minute, ['10', '10', '10', '10'], '1', 1))
})

test('[M8] after the end older trades start bars anew', () => {
  given(md, minutes, trade(9 * minute, '10'), status('ended'), trade(1, '20'))
    .when(trade(minute, '21'))
    .then(bar('1m', 0, minute, ['20', '20', '20', '20'], '1', 1))
})

test('[M9] a new configuration keeps the open bar of a width that stays', () => {
  given(md, { bars: [{ interval: '1m' }, { interval: '2t' }] }, trade(1, '10'))
    .reconfigured({ bars: [{ interval: '1t' }, { interval: '1m' }] })
    .when(trade(minute, '11'))
    .then(
      bar('1m', 0, minute, ['10', '10', '10', '10'], '1', 1),
      bar('1t', minute, minute, ['11', '11', '11', '11'], '1', 1),
    )
})

test('[M9] refuses a width that nobody means', () => {
  expect(() => given(md, { bars: [{ interval: '99999d' }] })).toThrow('at most 366 days')
})

test('[M10] goes on after a restart as if nothing had happened', () => {
  given(md, minutes, trade(1, '10', '0.5'))
    .restarted()
    .when(trade(minute, '11'))
    .then(bar('1m', 0, minute, ['10', '10', '10', '10'], '0.5', 1))
})

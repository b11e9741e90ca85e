import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { assignmentsOf } from '#compose/assignments.ts'
import { configsOf } from '#compose/service-configs.ts'
import { readTopology } from '#compose/topology.ts'
import { calendarOf } from '#lib/time/market-hours.ts'
import { nyseHours } from '#lib/time/nyse-hours.ts'
import { generateMarketData } from '#services/md/adapters/generate-market-data.ts'
import { hourlyBars, hourlyTrades } from '#test/hourly-market.ts'
import { writeMadeDataSet } from '#test/made-data-set.ts'

const folder = mkdtempSync(join(tmpdir(), 'trader-configs-'))
afterAll(() => rmSync(folder, { recursive: true }))

function topologyOf(...strategies: readonly (readonly [name: string, timeframe: string])[]) {
  strategies.forEach(([name, timeframe], n) => {
    const text = `name: ${name}
inputs: { price: { role: underlying, timeframe: ${timeframe} } }
entry: { long: price.close > 100, short: price.close < 50 }
size: { quantity: 1 }
`
    writeFileSync(join(folder, `${n}.yaml`), text)
  })
  const entries = strategies.map((_, n) => `  - { file: ${n}.yaml, roles: { underlying: ACME.SIM } }`)
  const file = join(folder, 'topology.yaml')
  writeFileSync(
    file,
    `feed: { kind: seeded }\nbars: [{ interval: 5s }]\nvenue: { fill: touch }\nstrategies:\n${entries.join('\n')}\n`,
  )
  return readTopology(file)
}

test('two files of one name are told with both files, so that a reload into a clash leaves what runs as it is', () => {
  expect(() => configsOf(topologyOf(['fast', '5s'], ['fast', '5s']))).toThrow(
    expect.objectContaining({
      name: 'UserError',
      message: 'two strategies are called fast',
      file: join(folder, '1.yaml'),
      hint: expect.stringContaining(join(folder, '0.yaml')),
    }),
  )
})

test('[R40] limits of a strategy that is not there are refused, with the names that are', () => {
  const topology = topologyOf(['fast', '5s'])
  const limited = (...names: string[]) => {
    const strategies = Object.fromEntries(names.map((name) => [name, { isReduceOnly: true }]))
    return () => configsOf({ ...topology, risk: { ...topology.risk, strategies } })
  }
  expect(limited('fast', 'external')).not.toThrow()
  expect(limited('fast', 'fats')).toThrow(
    expect.objectContaining({
      name: 'UserError',
      message: 'risk.strategies.fats: no strategy is called that',
      hint: 'known: fast, external',
    }),
  )
})

describe('orders of a strategy', () => {
  const withOrders = (orders: string, more = '', role = 'ACME.SIM') => {
    topologyOf(['fast', '5s'])
    const text = `name: fast
inputs: { price: { role: underlying, timeframe: 5s } }
entry: { long: price.close > 100 }
size: { quantity: 1 }
${more}
`
    writeFileSync(join(folder, '0.yaml'), text)
    const file = join(folder, 'topology.yaml')
    writeFileSync(
      file,
      `feed: { kind: seeded }\nbars: [{ interval: 5s }]\nvenue: { fill: touch }\nstrategies:\n  - file: 0.yaml\n    roles: { underlying: ${role}, other: GOOG.SIM }\n    orders:\n      ${orders}\n`,
    )
    return file
  }
  const configsWith = (...args: Parameters<typeof withOrders>) => configsOf(readTopology(withOrders(...args)))

  test('[S20] reach the resolver as they are written', () => {
    expect(configsWith('entry: { type: limit, limitBps: 5, timeInForce: IOC }').resolver?.config).toMatchObject({
      mappings: [{ role: 'underlying', orders: { entry: { type: 'limit', limitBps: 5, timeInForce: 'IOC' } } }],
    })
  })

  test.each([
    ['entry: { type: limit }', 'strategies.0.orders.entry.limitBps: Invalid input'],
    [
      'entry: { type: iceberg }',
      "strategies.0.orders.entry.type: Invalid discriminator value. Expected 'market' | 'limit' | 'stop'",
    ],
    ['entry: { type: stop, stopBps: 0 }', 'strategies.0.orders.entry.stopBps: Too small'],
    ['entry: { type: market, stopBps: 5 }', 'strategies.0.orders.entry.stopBps: Unrecognized key'],
    ['entry: { type: market, timeInForce: GTD }', 'strategies.0.orders.entry.timeInForce: GTD says how long'],
    ['exit: { type: market, goodFor: 5m }', 'strategies.0.orders.exit.goodFor: only an order that is GTD'],
    ['entry: { type: market, isReduceOnly: true }', 'strategies.0.orders.entry.isReduceOnly: an entry adds'],
    [
      'entry: { type: limit, limitBps: -5, isPostOnly: true, timeInForce: IOC }',
      'strategies.0.orders.entry.isPostOnly: a post-only order rests',
    ],
  ])('are refused with their line: %s', (orders, message) => {
    expect(() => configsWith(orders)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message), line: 8 }),
    )
  })

  test('[S21] protection at the venue is of the price that the strategy reads, and of a simulated venue', () => {
    const refusal = (...args: Parameters<typeof withOrders>) => {
      try {
        configsWith(...args)
      } catch (error) {
        return (error as Error).message
      }
      return null
    }
    const venue = 'protection: venue'
    expect(refusal(venue, 'stop: 2%')).toBeNull()
    expect(refusal(venue)).toBe('orders of fast: protection at the venue has nothing to keep there')
    expect(refusal(venue, 'stop: 2%\ntrade: other')).toBe('orders of fast: other cannot be protected at the venue')
    const options = "stop: 2%\ntrade: { underlying: { long: ['buy call atm, nearest'] } }"
    expect(refusal(venue, options)).toBe('orders of fast: the options of underlying cannot be protected at the venue')
    expect(refusal('entry: { type: stop, stopBps: 5 }', options)).toBe(
      'orders of fast: stop orders are not for the options of underlying',
    )
    const file = withOrders(venue, 'stop: 2%')
    const at = (kind: string, strategy = 'stop: 2%') => {
      const text = readFileSync(withOrders(venue, strategy), 'utf8')
      writeFileSync(file, text.replace('fill: touch', `kind: ${kind}, environment: testnet`))
      return readTopology(file)
    }
    expect(at('deribit').venue.kind).toBe('deribit')
    expect(() => configsOf(at('deribit', 'stop: 2%\ntrail: 1%'))).toThrow(
      'orders of fast: stop and trail cannot both be protected at Deribit',
    )
    at('deribit')
    writeFileSync(file, readFileSync(file, 'utf8').replace('kind: deribit', 'kind: binance'))
    expect(() => readTopology(file)).toThrow(
      expect.objectContaining({ message: expect.stringContaining('binance keeps no exits of a bracket'), line: 8 }),
    )
  })
})

describe('an instrument catalogue', () => {
  const entry = (instrument: string, calendar: string) =>
    JSON.stringify({
      instrument,
      kind: 'equity',
      tickSize: '0.01',
      lotSize: '1',
      multiplier: '1',
      currency: 'USD',
      calendar,
      source: 'x',
    })
  const withCatalogue = (calendar: string, more: object = {}) => {
    topologyOf(['fast', '5s'])
    const text = `name: own
inputs: { price: { role: underlying, timeframe: 5s }, day: { calendar: own, of: price } }
entry: { long: 'day.elapsed > 30 and price.close > day.high[1]' }
size: { quantity: 1 }
`
    writeFileSync(join(folder, 'own.yaml'), text)
    writeFileSync(join(folder, 'instruments.jsonl'), `${entry('ACME.SIM', calendar)}\n${entry('COIN.SIM', '24x7')}\n`)
    const file = join(folder, 'catalogued.yaml')
    const roles = { underlying: 'ACME.SIM' }
    const topology = {
      feed: { kind: 'seeded' },
      bars: [{ interval: '5s' }],
      venue: { fill: 'touch' },
      catalogue: 'instruments.jsonl',
      strategies: [{ file: 'own.yaml', roles }],
      ...more,
    }
    writeFileSync(file, JSON.stringify(topology))
    return readTopology(file)
  }

  test('its calendar of an instrument reaches bars, indicators and strategies by itself', () => {
    const configs = configsOf(withCatalogue('usa'))
    const nyse = calendarOf(nyseHours())
    const sessions = { 'ACME.SIM': 'usa' }
    expect(configs.md?.config).toMatchObject({ calendars: { usa: nyse }, sessions })
    expect(configs.indicators?.config).toMatchObject({ calendars: { usa: nyse }, sessions })
    expect(configs.strategy?.config).toMatchObject({ strategies: [{ calendars: { own: nyse } }] })
  })

  test('an instrument that trades always has UTC days; hours that nobody says, and an instrument that is not in it, are told', () => {
    const always = configsOf(withCatalogue('24x7'))
    expect(always.md?.config).not.toHaveProperty('sessions')
    expect(always.strategy?.config).toMatchObject({ strategies: [{ calendars: { own: { holidays: [] } } }] })
    expect(() => configsOf(withCatalogue('moon'))).toThrow(
      expect.objectContaining({ message: 'ACME.SIM has the calendar moon, and nothing says its hours' }),
    )
    const bars = [{ interval: '5s' }, { interval: '1m', instrument: 'OTHER.SIM' }]
    expect(() => configsOf(withCatalogue('usa', { bars }))).toThrow(
      expect.objectContaining({ message: 'has no OTHER.SIM' }),
    )
    expect(() => configsOf(withCatalogue('usa', { catalogue: undefined }))).toThrow('it reads its own calendar')
  })
})

test('a strategy that reads bars that nothing builds is refused: it would wait for ever', () => {
  expect(assignmentsOf(topologyOf(['fast', '5s']), null).of('strategy').config).not.toBeNull()
  expect(() => assignmentsOf(topologyOf(['fast', '7s']), null)).toThrow(
    expect.objectContaining({ message: 'fast reads bars of 7s of ACME.SIM, and nothing builds them' }),
  )
})

test('so is one of a recorded market that has no such bars and no trades to build them from', () => {
  const data = join(folder, 'data')
  generateMarketData(data, { kind: 'bars', seed: 1, bars: 3, interval: '1m', startAt: 0 }, () => undefined)
  const recorded = (timeframe: string) => {
    const { strategies } = topologyOf(['fast', timeframe])
    const file = join(folder, 'recorded.yaml')
    const text = { feed: { kind: 'data-set', path: 'data' }, venue: { fill: 'next-open' }, strategies }
    writeFileSync(file, JSON.stringify(text))
    return readTopology(file)
  }
  expect(assignmentsOf(recorded('1m'), null).of('strategy').config).not.toBeNull()
  expect(() => assignmentsOf(recorded('5m'), null)).toThrow(
    expect.objectContaining({
      name: 'UserError',
      message: 'the data has bars of 1m; fast reads 5m',
      hint: 'it has no trades to build others from',
    }),
  )
})

test('bars that the feed tells are not built of its trades as well', () => {
  const both = join(folder, 'both')
  writeMadeDataSet(both, () => [...hourlyTrades(3), ...hourlyBars(3).slice(1)].sort((a, b) => a.at - b.at))
  const { strategies } = topologyOf(['fast', '1m'])
  const assigned = (feed: object, bars: object[]) => {
    const file = join(folder, 'both.yaml')
    const named = strategies.map((one) => ({ ...one, roles: { underlying: 'TWO.SIM' } }))
    writeFileSync(file, JSON.stringify({ feed, bars, venue: { fill: 'next-open' }, strategies: named }))
    return assignmentsOf(readTopology(file), null)
  }
  const recorded = { kind: 'data-set', path: 'both' }
  expect(() => assigned(recorded, [{ interval: '1m' }])).toThrow(
    expect.objectContaining({
      name: 'UserError',
      message:
        'the data has bars of 1m of TWO.SIM already: those that are built of its trades would be told beside them',
    }),
  )
  expect(assigned(recorded, [{ interval: '5m' }]).of('md').config).not.toBeNull()
  expect(assigned(recorded, [{ interval: '1m', instrument: 'OTHER.SIM' }]).of('md').config).not.toBeNull()
  const exchange = (streams: string[]) => ({ kind: 'exchange', venue: 'binance', symbols: ['BTCUSDT'], streams })
  const minute = [{ interval: '1m' }]
  expect(() => assigned(exchange(['trades', 'bar:1m']), minute)).toThrow('the feed has bars of 1m already')
  expect(assigned(exchange(['trades']), minute).of('md').config).not.toBeNull()
})

test('an approval ages by the clock of the system, not by that of recorded events, which pass at any speed', () => {
  const ttlOf = (more: object) => {
    const { strategies } = topologyOf(['fast', '5s'])
    const file = join(folder, 'aging.yaml')
    const text = { bars: [{ interval: '5s' }], venue: { fill: 'touch' }, strategies, ...more }
    writeFileSync(file, JSON.stringify(text))
    return configsOf(readTopology(file)).risk?.config
  }
  const ages = expect.objectContaining({ approvalTtlMs: 5_000 })
  const century = expect.objectContaining({ approvalTtlMs: 3_155_760_000_000 })
  expect(ttlOf({ feed: { kind: 'seeded' } })).toEqual(ages)
  expect(ttlOf({ feed: { kind: 'seeded', speed: 60 } })).toEqual(century)
  expect(ttlOf({ feed: { kind: 'data-set', path: 'data' } })).toEqual(century)
  expect(ttlOf({ feed: { kind: 'data-set', path: 'data' }, risk: { approvalTtlMs: 5_000 } })).toEqual(ages)
})

test.each([
  ['binance-usdm', 'refuse'],
  ['deribit', 'refuse'],
  ['binance', undefined],
])(
  '[R56] exits at %s: where reduce-only is of the whole account the gate keeps them alone, unless the topology allows others',
  (kind, said) => {
    const { strategies } = topologyOf(['fast', '5s'])
    const sharedExits = (risk: object) => {
      const file = join(folder, 'real.yaml')
      const feed = { kind: 'exchange', venue: kind, symbols: ['BTCUSDT'] }
      const account = { currency: 'USDT', startingCash: '1000' }
      const venue = { kind, environment: 'testnet' }
      writeFileSync(file, JSON.stringify({ feed, account, bars: [{ interval: '5s' }], venue, risk, strategies }))
      return (configsOf(readTopology(file)).risk?.config as { sharedExits?: string } | undefined)?.sharedExits
    }
    expect(sharedExits({})).toBe(said)
    expect(sharedExits({ sharedExits: 'allow' })).toBe('allow')
  },
)

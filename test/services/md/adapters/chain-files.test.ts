import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { catalogue } from '#schemas/catalogue.ts'
import { planChainImport } from '#services/md/adapters/import-chain.ts'
import { countingReport, nothingLeftOut } from '#services/md/adapters/read-report.ts'
import { describeShared, sharedDir } from '#test/shared.ts'

const root = mkdtempSync(join(tmpdir(), 'chains-'))
afterAll(() => rmSync(root, { recursive: true }))

function read(file: string) {
  const plan = planChainImport([file])
  const facts = plan.sources.flatMap((source) => [...source.facts(countingReport(nothingLeftOut(), false))])
  for (const { topic, payload } of [...facts.slice(0, 1_000), ...facts.slice(-1)])
    catalogue[topic].schema.parse(payload)
  const chains = facts.flatMap((fact) => (fact.topic === 'md.option.chain.snapshot' ? [fact] : []))
  const ticks = facts.flatMap(({ topic, payload }) => (topic === 'md.option.tick' ? [payload] : []))
  return { chains, ticks, listed: plan.listed }
}
function readText(name: string, text: string) {
  const file = join(root, name)
  writeFileSync(file, text)
  return read(file)
}

describe('snapshots of option chains', () => {
  it('[MD-I16] Deribit: prices in coin, one-sided quotes, one chain of each index', () => {
    const { chains, ticks } = readText(
      'deribit.json',
      '{"jsonrpc":"2.0","result":[{"instrument_name":"BTC-30JUL21-24000-P","bid_price":0.0015,"ask_price":null,"mark_price":0.001972,"mark_iv":120.74,"underlying_price":32003.610,"open_interest":12685.0,"volume":869.0,"last":0.0020,"creation_timestamp":1626993723632},{"instrument_name":"BTC-PERPETUAL","creation_timestamp":1626993723632}]}',
    )
    expect(chains).toEqual([
      {
        at: 1_626_993_723_632_000,
        topic: 'md.option.chain.snapshot',
        payload: {
          underlying: 'BTC_USD.DERIBIT',
          underlyingPrice: null,
          forwards: { '2021-07-30': '32003.610' },
          contracts: [
            {
              ...{ instrument: 'BTC-30JUL21-24000-P.DERIBIT', expiry: '2021-07-30', strike: '24000', right: 'put' },
              ...{ bid: '0.0015', bidSize: null, ask: null, askSize: null },
            },
          ],
        },
      },
    ])
    expect(ticks[0]).toMatchObject({
      markPrice: '0.001972',
      impliedVolatility: 1.2074,
      underlyingPrice: '32003.610',
      last: '0.0020',
    })
  })

  it('[MD-I16] NSE: calls and puts of a row, times of India', () => {
    const side =
      '"underlying":"NIFTY","expiryDate":"28-Jan-2021","openInterest":7,"totalTradedVolume":9,"impliedVolatility":21.5,"underlyingValue":14590.35'
    const { chains, ticks } = readText(
      'nse.json',
      `{"records":{"timestamp":"21-Jan-2021 15:30:00","underlyingValue":14590.35,"data":[{"strikePrice":14500,"expiryDate":"28-Jan-2021","PE":{"strikePrice":14500,${side},"bidQty":75,"bidprice":101.05,"askQty":0,"askPrice":0,"lastPrice":0},"CE":{"strikePrice":14500,${side},"bidQty":150,"bidprice":210.5,"askQty":75,"askPrice":211.00,"lastPrice":210.75}}]}}`,
    )
    expect(chains[0]).toMatchObject({
      at: Date.UTC(2021, 0, 21, 10) * 1000,
      payload: { underlying: 'NIFTY.INDIA', underlyingPrice: '14590.35' },
    })
    expect(chains[0]?.payload.contracts).toEqual([
      {
        ...{ instrument: 'NIFTY-20210128-14500-C.INDIA', expiry: '2021-01-28', strike: '14500', right: 'call' },
        ...{ bid: '210.5', bidSize: '150', ask: '211.00', askSize: '75' },
      },
      expect.objectContaining({ right: 'put', bid: '101.05', ask: null, askSize: null }),
    ])
    expect(ticks.map(({ last }) => last)).toEqual(['210.75', undefined])
  })

  it('[MD-I16] Cboe: weekly and monthly roots on one index', () => {
    const option = (name: string) =>
      `{"option":"${name}","bid":9.5,"bid_size":3.0,"ask":9.8,"ask_size":0.0,"iv":0.12,"open_interest":4.0,"volume":1.0,"delta":0.5,"last_trade_price":0.0}`
    const { chains } = readText(
      'cboe.json',
      `{"timestamp":"2024-01-19 20:45:00","data":{"symbol":"^SPX","current_price":4839.81,"options":[${option('SPXW240119P04800500')},${option('SPX240119C04800000')}]}}`,
    )
    expect(chains[0]).toMatchObject({
      at: Date.UTC(2024, 0, 19, 20, 45) * 1000,
      payload: { underlying: 'SPX.USA', underlyingPrice: '4839.81' },
    })
    expect(chains[0]?.payload.contracts.map(({ instrument }) => instrument)).toEqual([
      'SPX-20240119-4800-C.USA',
      'SPXW-20240119-4800.5-P.USA',
    ])
  })

  it.each([
    ['a.json', '{"result":1}', 'is no chain of Deribit'],
    [
      'b.json',
      '{"data":{"options":[{"option":"NDX240119C04800000"}],"symbol":"SPX"},"timestamp":"2024-01-19 20:45:00"}',
      'which is none on SPX',
    ],
    ['c.json', '[', 'not JSON'],
  ])('[MD-I10] %s that is none is refused', (name, text, message) => {
    expect(() => readText(name, text)).toThrow(message)
  })
})

describe('a universe of LEAN', () => {
  const header =
    '#expiry,strike,right,open,high,low,close,volume,open_interest,implied_volatility,delta,gamma,vega,theta,rho\n'
  const row = '20140606,492.5,C,140.5,142.7,130.4,135.8250,3,,2.57,0.87,0.001,0.1,-4.6,0.03\n'
  const universe = (name: string, text: string) => {
    mkdirSync(join(root, 'universes', 'aapl'), { recursive: true })
    return readText(join('universes', 'aapl', name), text)
  }

  it('[MD-I16] is a chain without quotes at the start of its day in New York, the underlying in the row without an expiry', () => {
    const { chains, ticks } = universe('20140605.csv', `${header},,,1,1,1,633.4000,131,,,,,,,\n${row}`)
    expect(ticks).toEqual([
      {
        ...{ instrument: 'AAPL-20140606-492.5-C.USA', bid: null, bidSize: null, ask: null, askSize: null },
        ...{ last: '135.825', impliedVolatility: 2.57, delta: 0.87, gamma: 0.001, vega: 0.1, theta: -4.6, rho: 0.03 },
        volume: '3',
      },
    ])
    expect(chains).toMatchObject([
      { at: Date.UTC(2014, 5, 5, 4) * 1000, payload: { underlying: 'AAPL.USA', underlyingPrice: '633.4' } },
    ])
  })

  it.each([
    ['20140605.csv', '20140606,492.5,X,1,1,1,1,3,,2.5,0.8,0,0,-4,0\n', 'right is "X"'],
    ['20140605.csv', '20141306,492.5,C,1,1,1,1,3,,2.5,0.8,0,0,-4,0\n', 'expiry is "20141306"'],
    ['20140605.csv', '20140606,492.5,C,1,1,1,NaN,3,,2.5,0.8,0,0,-4,0\n', 'close is "NaN"'],
    ['20140605.csv', '20140606,492.5,C\n', '3 cells, expected 15'],
    ['today.csv', row, 'a universe of LEAN lies in a folder of its underlying'],
  ])('refuses %s with %s', (name, text, message) => {
    expect(() => universe(name, `${header}${text}`)).toThrow(message)
  })
})

describeShared('universes of LEAN', () => {
  it.each([
    ['aapl', 11, 43_672],
    ['goog', 3, 4_326],
    ['nwsa', 6, 1_560],
  ])('[MD-I16] %s: every row of %i days', (name, days, rows) => {
    const { chains, ticks } = read(`${sharedDir}data/lean/option/usa/universes/${name}`)
    expect([chains.length, ticks.length]).toEqual([days, rows])
    expect(chains.every(({ payload }) => payload.underlyingPrice !== null)).toBe(true)
  })
})

describeShared('end-of-day chains of SPX', () => {
  it('[MD-I16] every row of 20 days, each day whole, AM and PM roots, 0DTE, absent bids', () => {
    const { chains, ticks, listed } = read(`${sharedDir}data/options-eod/spx`)
    expect([chains.length, ticks.length]).toEqual([20, 271_166])
    expect(chains.reduce((sum, { payload }) => sum + payload.contracts.length, 0)).toBe(271_166)
    const told = new Map(
      chains.flatMap(({ at, payload }) =>
        payload.contracts.map((one) => [`${new Date(at / 1000).toISOString().slice(0, 10)} ${one.instrument}`, one]),
      ),
    )
    expect(told.size).toBe(271_166)
    let rows = 0
    const wrong: string[] = []
    for (const file of readdirSync(`${sharedDir}data/options-eod/spx`).filter((name) => name.endsWith('.csv.gz'))) {
      const [header = '', ...lines] = gunzipSync(readFileSync(`${sharedDir}data/options-eod/spx/${file}`))
        .toString()
        .trim()
        .split(/\r?\n/)
      const columns = header.split(',')
      for (const line of lines) {
        rows++
        const cells = line.split(',')
        const cell = (name: string) => cells[columns.indexOf(name)] ?? ''
        const [month, day, year] = cell('expiration').split('/')
        const quoted = cell('quotedate').replace(/^(\d+)\/(\d+)\/(\d+)$/, '$3-$1-$2')
        const symbol = `${/^[A-Z]+?(?=\d{6}[CP])/.exec(cell('optionroot'))}-${year}${month}${day}-${Number(cell('strike'))}`
        const one = told.get(`${quoted} ${symbol}-${cell('type') === 'call' ? 'C' : 'P'}.USA`)
        const isSame = [one?.bid, one?.ask].every(
          (price, n) => price !== undefined && Number(price ?? 0) === Number(cell(n === 0 ? 'bid' : 'ask')),
        )
        if (!isSame) wrong.push(line)
      }
    }
    expect([rows, wrong.slice(0, 3)]).toEqual([271_166, []])
    const friday = chains.find(({ at }) => new Date(at / 1000).toISOString() === '2019-04-26T20:00:00.000Z')
    expect(friday?.payload.underlying).toBe('SPX.USA')
    const contracts = friday?.payload.contracts ?? []
    // Counted with zcat, awk and uniq.
    expect(contracts).toHaveLength(13_570)
    expect(contracts.filter(({ expiry }) => expiry === '2019-04-26')).toHaveLength(432)
    expect(contracts.filter(({ instrument }) => instrument.startsWith('SPX-'))).toHaveLength(3_694)
    expect(listed.get('SPX-20190517-2900-C.USA')?.expiresAt).toBe(Date.UTC(2019, 4, 17, 13, 30) * 1000)
    expect(listed.get('SPXW-20190517-2900-C.USA')?.expiresAt).toBe(Date.UTC(2019, 4, 17, 20) * 1000)
  }, 60_000)
})

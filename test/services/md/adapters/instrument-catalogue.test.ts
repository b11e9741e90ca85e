import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalogueEntry } from '#services/md/adapters/instruments/catalogue-entry.ts'
import { readCatalogue, writeCatalogue } from '#services/md/adapters/instruments/catalogue-file.ts'
import { listedByCatalogue } from '#services/md/adapters/instruments/listed-by-catalogue.ts'
import { readListings } from '#services/md/adapters/instruments/read-listings.ts'
import { termsOf } from '#services/md/adapters/lean/symbol-properties.ts'
import { planImport } from '#services/md/adapters/plan-import.ts'
import { describeShared, sharedDir } from '#test/shared.ts'

let folder: string
const put = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'instrument-catalogue-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const entriesOf = (file: string) =>
  readListings(file).map(({ listed, calendar }) => catalogueEntry(listed, calendar, 'here'))

const filters = [
  { filterType: 'PRICE_FILTER', tickSize: '0.01000000' },
  { filterType: 'LOT_SIZE', stepSize: '0.00100000' },
]
const dated = { expiry: '2021-09-24', calendar: '24x7', source: 'here' }

describe('instrument catalogue', () => {
  it('reads exchangeInfo of the spot market and of contracts in coin', () => {
    const spot = put('spot.json', JSON.stringify({ symbols: [{ symbol: 'BTCUSDT', quoteAsset: 'USDT', filters }] }))
    const base = { tickSize: '0.01', lotSize: '0.001', calendar: '24x7', source: 'here' }
    expect(entriesOf(spot)).toEqual([
      { ...base, instrument: 'BTCUSDT.BINANCE', kind: 'spot', multiplier: '1', currency: 'USDT' },
    ])
    const contract = { contractType: 'PERPETUAL', contractSize: 100, quoteAsset: 'USD', marginAsset: 'BTC', filters }
    const coin = put('coin.json.gz', gzipSync(JSON.stringify({ symbols: [{ symbol: 'BTCUSD_PERP', ...contract }] })))
    expect(entriesOf(coin)).toEqual([
      {
        ...{ ...base, instrument: 'BTCUSD-PERP.BINANCE', kind: 'perpetual', multiplier: '100' },
        ...{ currency: 'BTC', isInverse: true },
      },
    ])
  })

  it('says what cannot be read, and of which file', () => {
    expect(() => readCatalogue(folder)).toThrow(
      expect.objectContaining({ message: 'cannot be read: EISDIR', file: folder }),
    )
    const none = join(folder, 'none', 'symbol-properties-database.csv')
    expect(() => readListings(none)).toThrow(expect.objectContaining({ message: 'there is no such file', file: none }))
  })

  it('[MD-I17] gives what is imported its terms, and refuses what it does not have', async () => {
    const csv = put('es.csv', 'time,open,high,low,close,volume\n2024-01-02T10:00:00Z,100,101,99.5,100.25,5\n')
    const planOf = (instrument: string) => planImport('csv', [csv], { instrument: [instrument], interval: '1m' })
    const file = join(folder, 'terms.jsonl')
    const terms = { tickSize: '0.25', lotSize: '1', multiplier: '50', currency: 'USD', expiry: '2024-03-15' }
    const entry = { instrument: 'ES.CME', kind: 'future' as const, ...terms, calendar: 'cme', source: 'here' }
    writeCatalogue(file, new Map([['ES.CME', entry]]))
    const { listed } = listedByCatalogue(await planOf('ES.CME'), file)
    expect(listed.get('ES.CME')).toEqual({ instrument: 'ES.CME', kind: 'future', ...terms })
    const unknown = await planOf('EX.CME')
    expect(() => listedByCatalogue(unknown, file)).toThrow(
      expect.objectContaining({ message: 'has no EX.CME', file, hint: 'did you mean ES.CME?' }),
    )
  })

  it('reads get_instruments with its numbers as they stand, and leaves out what cannot be priced', () => {
    const option = { instrument_name: 'BTC-24SEP21-40000-P', kind: 'option', contract_size: 1.0, min_trade_amount: 0.1 }
    const text = JSON.stringify({
      result: [
        { ...option, tick_size: 0.0005, expiration_timestamp: 1632470400000 },
        { ...option, instrument_name: 'BTC-24SEP21-41000-P' },
      ],
    })
    const [priced, unpriced] = entriesOf(put('deribit.json', text))
    expect(priced).toEqual({
      ...{
        instrument: 'BTC-24SEP21-40000-P.DERIBIT',
        kind: 'option',
        tickSize: '0.0005',
        lotSize: '0.1',
        multiplier: '1',
      },
      ...{ currency: 'BTC', underlying: 'BTC_USD.DERIBIT', strike: '40000', right: 'put' },
      ...{ expiresAt: 1632470400000000, isInverse: true, ...dated },
    })
    expect(unpriced).toBe('without tickSize')
  })

  it('knows contracts of Deribit that are settled in coin; an amount there is no number of contracts', () => {
    const future = { kind: 'future', settlement_period: 'perpetual', tick_size: 0.5, min_trade_amount: 10 }
    const text = JSON.stringify({
      result: [
        { ...future, instrument_name: 'BTC-PERPETUAL', contract_size: 10.0 },
        { ...future, instrument_name: 'SOL_USDC-PERPETUAL', contract_size: 10.0 },
      ],
    })
    expect(entriesOf(put('perpetuals.json', text))).toMatchObject([
      { instrument: 'BTC-PERPETUAL.DERIBIT', lotSize: '10', multiplier: '1', currency: 'BTC', isInverse: true },
      { instrument: 'SOL_USDC-PERPETUAL.DERIBIT', lotSize: '10', multiplier: '1', currency: 'USDC' },
    ])
  })

  it('reads symbol properties, without rows that stand for many', () => {
    const rows = [
      'market,symbol,type,description,quote_currency,contract_multiplier,minimum_price_variation,lot_size',
      '# a comment',
      'cme,ES,future,E-mini,USD,50,0.25,1',
      'usa,[*],equity,,USD,1,0.01,1',
      'bybit,BTCUSDT,cryptofuture,"Bitcoin, Tether",USDT,1,0.1,0.001',
    ]
    const entries = entriesOf(put('symbol-properties-database.csv', rows.join('\n')))
    expect(entries).toMatchObject([
      { instrument: 'ES.CME', kind: 'future', multiplier: '50', tickSize: '0.25', calendar: 'cme' },
      { instrument: 'BTCUSDT-PERP.BYBIT', kind: 'perpetual', tickSize: '0.1', lotSize: '0.001', calendar: '24x7' },
    ])
  })

  it('[MD-I19] reads what pays in its coin as such, at Binance and Bybit and not at dYdX', () => {
    const rows = [
      'binance,BTCUSD,cryptofuture,BTCUSD_PERP,USD,100,0.1,1,BTCUSD_PERP',
      'bybit,ETHUSD,cryptofuture,ETHUSD,USD,1,0.05,1,ETHUSD',
      'dydx,BTCUSD,cryptofuture,BTC-USD,USD,1,1,0.0001,BTC-USD',
      'binance,BTCUSD1,cryptofuture,BTCUSD1,USD1,1,0.1,0.001,BTCUSD1',
    ]
    const file = put('coins.csv', rows.join('\n'))
    expect(entriesOf(file)).toMatchObject([
      { instrument: 'BTCUSD-PERP.BINANCE', multiplier: '100', currency: 'BTC', isInverse: true },
      { instrument: 'ETHUSD-PERP.BYBIT', multiplier: '1', currency: 'ETH', isInverse: true },
      expect.not.objectContaining({ isInverse: true }),
      { instrument: 'BTCUSD1-PERP.BINANCE', currency: 'USD1' },
    ])
    const type = 'cryptofuture'
    expect(termsOf(new Map(), { market: 'binance', ticker: 'ethusd', type })).toMatchObject({
      currency: 'ETH',
      isInverse: true,
      multiplier: '10',
    })
    expect(termsOf(new Map(), { market: 'binance', ticker: 'ethusdt', type })).toEqual(
      expect.not.objectContaining({ isInverse: true }),
    )
  })

  it('is written in order and read back; a damaged line is told with its place', () => {
    const file = join(folder, 'catalogue.jsonl')
    const entries = entriesOf(join(folder, 'symbol-properties-database.csv')).filter((one) => typeof one !== 'string')
    writeCatalogue(file, new Map(entries.toReversed().map((entry) => [entry.instrument, entry])))
    expect([...readCatalogue(file).keys()]).toEqual(['BTCUSDT-PERP.BYBIT', 'ES.CME'])
    put('damaged.jsonl', `${readFileSync(file, 'utf8')}{"instrument":"X"}\n`)
    expect(() => readCatalogue(join(folder, 'damaged.jsonl'))).toThrow(/^instrument: /)
    expect(() => readCatalogue(join(folder, 'none.jsonl'))).toThrow('there is no such catalogue')
    expect(readCatalogue(join(folder, 'none.jsonl'), true).size).toBe(0)
  })

  it('says what it could not read', () => {
    expect(() => readListings(put('other.json', '{"a":1}'))).toThrow('lists no instruments')
    expect(() => readListings(put('broken.json', '{"symbols":['))).toThrow(/JSON/)
    expect(() => readListings(join(folder, 'no.json'))).toThrow('there is no such file')
  })
})

describeShared('instrument catalogue of recordings', () => {
  it('has every listing that the exchanges stated', () => {
    const counts = ['BINANCE', 'BINANCE_FUTURES', 'BINANCE_DELIVERY', 'DERIBIT'].map((name) => {
      const entries = entriesOf(`${sharedDir}data/crypto-raw/cryptofeed-jsonl/${name}.jsonl.gz`)
      return [name, entries.length, entries.filter((entry) => typeof entry === 'string').length]
    })
    expect(counts).toEqual([
      ['BINANCE', 1695, 0],
      ['BINANCE_FUTURES', 122, 0],
      ['BINANCE_DELIVERY', 36, 0],
      ['DERIBIT', 1017, 0],
    ])
    const lean = entriesOf(`${sharedDir}data/lean/symbol-properties/symbol-properties-database.csv.gz`)
    expect(lean.length).toBeGreaterThan(10_000)
    expect(lean.filter((entry) => typeof entry === 'string').length).toBeLessThan(20)
  })
})

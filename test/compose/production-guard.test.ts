import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { assignmentsOf } from '#compose/assignments.ts'
import { confirmProduction, refuseUnlimited } from '#compose/production-guard.ts'
import { readTopology, Topology } from '#compose/topology.ts'
import { readCredentials } from '#services/venue/adapters/gateway/credentials.ts'

const folder = mkdtempSync(join(tmpdir(), 'trader-guard-'))
afterAll(() => rmSync(folder, { recursive: true }))

const limits = { maxOrderNotional: '100', maxGrossExposure: '1000', maxOrdersPerMinute: 10, maxDrawdown: 0.1 }
const topologyWith = (venue: object, more: object = {}) =>
  Topology.safeParse({
    feed: { kind: 'exchange', venue: 'binance', symbols: ['BTCUSDT'] },
    account: { currency: 'USDT', startingCash: '1000' },
    venue,
    risk: { limits },
    strategies: [{ file: 'a.yaml', roles: { underlying: 'BTCUSDT.BINANCE' } }],
    ...more,
  })
const production = (more: object = {}) => {
  const parsed = topologyWith({ kind: 'binance', environment: 'production' }, more)
  if (!parsed.success) throw parsed.error
  return parsed.data
}

describe('[G18] real money', () => {
  const words = 'trade real money at binance'

  test('needs --live and the words', async () => {
    await expect(confirmProduction(production(), { live: false })).rejects.toThrow('production')
    await expect(confirmProduction(production(), { live: true })).rejects.toThrow('not confirmed')
    await expect(confirmProduction(production(), { live: true, confirm: 'yes' })).rejects.toThrow('not confirmed')
    await expect(confirmProduction(production(), { live: true, confirm: words })).resolves.toBeUndefined()
  })

  test('the words name the venue', async () => {
    const parsed = topologyWith({ kind: 'binance-usdm', environment: 'production' })
    await expect(confirmProduction(parsed.data as Topology, { live: true, confirm: words })).rejects.toThrow(
      'confirmed',
    )
    const own = 'trade real money at binance-usdm'
    await expect(confirmProduction(parsed.data as Topology, { live: true, confirm: own })).resolves.toBeUndefined()
  })

  test.each(Object.keys(limits))('is refused without the limit %s', (limit) => {
    const { [limit as keyof typeof limits]: _, ...rest } = limits
    expect(() => refuseUnlimited(production({ risk: { limits: rest } }), true)).toThrow(
      limit === 'maxDrawdown' ? 'lacks maxDrawdown or maxDailyLoss' : `lacks ${limit}`,
    )
  })

  test('a file that lacks one is told while it runs, and changes nothing, also where it names another venue', async () => {
    const file = join(folder, 'topology.yaml')
    const written = (environment: string, risk: object) =>
      writeFileSync(
        file,
        stringify({
          ...{ feed: { kind: 'exchange', venue: 'binance', symbols: ['BTCUSDT'] }, bars: [{ interval: '1d' }] },
          ...{ account: { currency: 'USDT', startingCash: '1000' }, venue: { kind: 'binance', environment }, risk },
          strategies: [{ file: resolve('strategies/ema-cross.yaml'), roles: { underlying: 'BTCUSDT.BINANCE' } }],
        }),
      )
    written('production', { limits })
    const [changed, told] = [[] as unknown[], [] as string[]]
    const watch = assignmentsOf(readTopology(file), file).watch(['risk'], {
      changed: (_, { config }) => changed.push((config as { limits: unknown }).limits),
      unchanged: (message) => told.push(message),
    })
    const { maxDrawdown: _, ...lacking } = limits
    const others = { ...limits, maxOrderNotional: '50' }
    for (const [environment, those] of [
      ['production', {}],
      ['testnet', lacking],
    ] as const) {
      told.length = 0
      written(environment, { limits: those })
      await expect.poll(() => told.join(), { timeout: 5_000 }).toContain('real money is not traded without limits')
    }
    expect(changed).toEqual([])
    written('production', { limits: others })
    await expect.poll(() => changed, { timeout: 5_000 }).toMatchObject([others])
    watch.close()
  })

  test('is refused on made prices, in lockstep and on recordings', () => {
    expect(() => refuseUnlimited(production({ feed: { kind: 'seeded' } }), true)).toThrow('prices of an exchange')
    expect(topologyWith({ kind: 'binance', environment: 'production' }, { lockstep: true }).success).toBe(false)
    const recording = { feed: { kind: 'data-set', path: 'data' } }
    expect(topologyWith({ kind: 'binance', environment: 'testnet' }, recording).success).toBe(false)
  })

  test.each(['binance', 'binance-usdm', 'deribit'])('the addresses of %s are refused under another name', (kind) => {
    const at = (environment: string, restUrl?: string, wsUrl?: string) =>
      topologyWith({ kind, environment, restUrl, wsUrl }).success
    expect(at('testnet')).toBe(true)
    expect(at('served')).toBe(false)
    expect(at('served', 'http://127.0.0.1:1', 'ws://127.0.0.1:1/ws-api/v3')).toBe(true)
    expect(at('served', 'https://api.binance.com', 'ws://127.0.0.1:1')).toBe(false)
    for (const host of [
      'api1.binance.com',
      'fapi.binance.com',
      'fstream.binance.com',
      'www.deribit.com',
      'deribit.com.',
    ])
      expect(at('testnet', `https://${host}`)).toBe(false)
    expect(at('testnet', undefined, 'wss://fstream.binance.com/private/ws')).toBe(false)
    for (const host of ['api.binance.com.', 'API.BINANCE.COM', 'api.binance.us', 'api.binance.tr'])
      expect(at('served', `https://${host}`, 'ws://127.0.0.1:1')).toBe(false)
    expect(at('production', 'http://127.0.0.1:1')).toBe(false)
  })
})

describe('[G17] keys', () => {
  const file = join(folder, 'key.json')
  writeFileSync(file, JSON.stringify({ apiKey: 'public-key', secret: 'hidden-secret' }), { mode: 0o600 })

  test('come from the environment or from a file of its owner alone', () => {
    expect(readCredentials({}, { kind: 'binance', keyFile: file }).secret).toBe('hidden-secret')
    expect(
      readCredentials(
        { BINANCE_API_KEY: 'other-key', BINANCE_API_SECRET: 'other-secret' },
        { kind: 'binance', keyFile: file },
      ).apiKey,
    ).toBe('other-key')
    const deribit = { DERIBIT_CLIENT_ID: 'third-key', DERIBIT_CLIENT_SECRET: 'third-secret' }
    expect(readCredentials(deribit, { kind: 'deribit' }).apiKey).toBe('third-key')
    expect(() => readCredentials(deribit, { kind: 'binance' })).toThrow('no key')
    chmodSync(file, 0o644)
    expect(() => readCredentials({}, { kind: 'binance', keyFile: file })).toThrow('others may read it')
    chmodSync(file, 0o600)
  })

  test('are in nothing that is printed', () => {
    const credentials = readCredentials({}, { kind: 'binance', keyFile: file })
    const printed = `${inspect(credentials, { showHidden: true, depth: 9 })} ${JSON.stringify({ credentials })} ${credentials}`
    expect(printed).not.toMatch(/hidden-secret|public-key/)
  })
})

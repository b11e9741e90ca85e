import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { assignmentsOf } from '#compose/assignments.ts'
import { readTopology } from '#compose/topology.ts'

it('[MD-C5] of a topology that changes while its tree runs, it is said what waits for the next start', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'trader-waits-'))
  const file = join(dir, 'topology.yaml')
  const exchange = (symbols: string[]) => ({ kind: 'exchange', venue: 'binance', symbols, streams: ['trades'] })
  const written = (parts: object) =>
    writeFileSync(
      file,
      stringify({
        feed: exchange(['BTCUSDT', 'ETHUSDT']),
        venue: { fill: 'touch' },
        bars: [{ interval: '1d' }],
        strategies: [{ file: resolve('strategies/ema-cross.yaml'), roles: { underlying: 'BTCUSDT.BINANCE' } }],
        ...parts,
      }),
    )
  const margin = { kind: 'cash' }
  written({ chains: [{ underlying: 'BTC_USD.DERIBIT' }], risk: { margin } })
  const changed: string[] = []
  const said: string[] = []
  let heard: (() => void) | undefined
  const assignments = assignmentsOf(readTopology(file), file)
  const before = assignments.of('risk').config?.config as { feeBound: object; approvalTtlMs: number }
  const watch = assignments.watch(['md', 'risk'], {
    changed: (service) => {
      changed.push(service)
      heard?.()
    },
    unchanged: (message) => said.push(message),
  })
  // It is heard when the rest of the file takes effect.
  const taken = new Promise<void>((done) => {
    heard = done
  })
  const cross = resolve('strategies/ema-cross.yaml')
  written({
    chains: [],
    feed: exchange(['BTCUSDT']),
    risk: { margin, limits: { maxOrderNotional: '1234' }, instruments: { 'BTCUSTD.BINANCE': { maxPosition: '1' } } },
    ...{
      run: 'other',
      logs: 'elsewhere',
      keys: 'keys2',
      router: { port: 7500 },
      venue: { fill: 'touch', fees: { takerBps: 50 } },
      clock: { mode: 'replay' },
    },
    strategies: [{ file: cross, roles: { underlying: 'ETHUSDT.BINANCE' } }],
  })
  await taken
  watch.close()
  rmSync(dir, { recursive: true })
  expect(changed).toEqual(['risk'])
  // The gate follows what runs: fees of the venue and the kind of time are those of the start.
  const { feeBound, approvalTtlMs } = before
  expect(assignments.of('risk').config?.config).toMatchObject({
    ...{ feeBound, approvalTtlMs },
    limits: { maxOrderNotional: '1234' },
  })
  const parts = ['run', 'logs', 'keys', 'router', 'feed', 'chains', 'clock', 'venue', 'strategies']
  expect(said.map((one) => one.slice(file.length)).sort()).toEqual(
    [
      ...parts.map((part) => `: ${part} is not what it was: this takes effect when trader is started again`),
      ': risk.instruments.BTCUSTD.BINANCE: no strategy trades it (did you mean BTCUSDT.BINANCE?)',
    ].sort(),
  )
})

describe('while a strategy file names another strategy, or has a fault', () => {
  const dir = mkdtempSync(join(tmpdir(), 'trader-renamed-'))
  afterAll(() => rmSync(dir, { recursive: true }))
  const [file, cross] = [join(dir, 'topology.yaml'), join(dir, 'cross.yaml')]
  const text = readFileSync('strategies/ema-cross.yaml', 'utf8')
  const named = (name: string) => writeFileSync(cross, text.replace('name: ema-cross', `name: ${name}`))
  const limited = (maxPosition: string) => {
    const strategies = [{ file: cross, roles: { underlying: 'ACME.SIM' } }]
    const market = { feed: { kind: 'seeded', seed: 1 }, bars: [{ interval: '1d' }], venue: { fill: 'touch' } }
    writeFileSync(file, stringify({ ...market, strategies, risk: { limits: { maxPosition } } }))
  }
  function watching() {
    named('one')
    limited('9')
    const assignments = assignmentsOf(readTopology(file), file)
    const [changed, said] = [[] as string[], [] as string[]]
    const watch = assignments.watch(['md', 'risk', 'strategy', 'resolver'], {
      changed: (service) => changed.push(service),
      unchanged: (message) => said.push(message),
    })
    const isSaid = (count: number) => expect.poll(() => said.length, { timeout: 10_000 }).toBe(count)
    const isInForce = (maxPosition: string) =>
      expect
        .poll(() => assignments.of('risk').config?.config, { timeout: 10_000 })
        .toMatchObject({ limits: { maxPosition } })
    return { changed, said, watch, isSaid, isInForce }
  }

  it('that is told, and limits hold at once', async () => {
    const { changed, said, watch, isSaid, isInForce } = watching()
    named('two')
    await isSaid(1)
    expect(said[0]).toMatch(/cross\.yaml: is called two, and was one: .*started again; what ran before runs on$/)
    limited('8')
    await isInForce('8')
    writeFileSync(cross, 'name: one')
    await isSaid(2)
    limited('7')
    await isInForce('7')
    rmSync(cross)
    await isSaid(3)
    limited('6')
    await isInForce('6')
    watch.close()
    expect(said.length).toBe(3)
    expect(changed).toEqual(['risk', 'risk', 'risk'])
  })

  it('limits that were taken back do not come into force when it is mended', async () => {
    const { changed, watch, isSaid, isInForce } = watching()
    writeFileSync(cross, 'name: one')
    await isSaid(1)
    limited('9999')
    await isInForce('9999')
    limited('5')
    await isInForce('5')
    limited('5x')
    await isSaid(2)
    named('one')
    writeFileSync(cross, `${text.replace('name: ema-cross', 'name: one')}# mended\n`)
    await expect.poll(() => changed, { timeout: 10_000 }).toEqual(['risk', 'risk', 'strategy'])
    await isInForce('5')
    watch.close()
  })
})

it('a strategy file that trades another role is followed by the instrument of that role', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'trader-roles-'))
  const [file, one] = [join(dir, 'topology.yaml'), join(dir, 'one.yaml')]
  const trading = (role: string) =>
    writeFileSync(
      one,
      stringify({
        name: 'one',
        inputs: { price: { role: 'underlying', timeframe: '1d' } },
        trade: role,
        entry: { long: 'price.close > 100' },
        size: { quantity: 1 },
      }),
    )
  trading('underlying')
  const roles = { underlying: 'ACME.SIM', hedge: 'ZETA.SIM' }
  const market = { feed: { kind: 'seeded', seed: 1 }, bars: [{ interval: '1d' }], venue: { fill: 'touch' } }
  const orders = { entry: { type: 'limit', limitBps: 5 } }
  const written = (more: object) =>
    writeFileSync(file, stringify({ ...market, strategies: [{ file: one, roles, ...more }] }))
  written({})
  const assignments = assignmentsOf(readTopology(file), file)
  const changed: string[] = []
  const watch = assignments.watch(['risk', 'strategy', 'resolver'], {
    changed: (service) => changed.push(service),
    unchanged: (message) => expect.fail(message),
  })
  written({ orders })
  await expect.poll(() => changed, { timeout: 10_000 }).toEqual(['resolver'])
  trading('hedge')
  await expect.poll(() => changed, { timeout: 10_000 }).toEqual(['resolver', 'resolver', 'strategy'])
  watch.close()
  rmSync(dir, { recursive: true })
  const mapping = { strategy: 'one', role: 'hedge', to: { kind: 'instrument', instrument: 'ZETA.SIM' }, orders }
  expect(assignments.of('resolver').config?.config).toMatchObject({ mappings: [mapping] })
})

it('a strategy that a changed topology has no more keeps how its orders are worded until the next start', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'trader-gone-'))
  const file = join(dir, 'topology.yaml')
  const [one, two] = ['one', 'two'].map((name) => {
    const path = join(dir, `${name}.yaml`)
    writeFileSync(path, readFileSync('strategies/ema-cross.yaml', 'utf8').replace('name: ema-cross', `name: ${name}`))
    return {
      file: path,
      roles: { underlying: 'ACME.SIM' },
      orders: { exit: { type: 'limit', limitBps: 20, timeInForce: 'IOC' } },
    }
  })
  const written = (strategies: object[], maxPosition: string) => {
    const market = { feed: { kind: 'seeded', seed: 1 }, bars: [{ interval: '1d' }], venue: { fill: 'touch' } }
    writeFileSync(file, stringify({ ...market, strategies, risk: { limits: { maxPosition } } }))
  }
  written([one as object, two as object], '9')
  const assignments = assignmentsOf(readTopology(file), file)
  const watch = assignments.watch(['md', 'risk', 'strategy', 'resolver'], {
    changed: () => undefined,
    unchanged: () => undefined,
  })
  const before = assignments.of('resolver').config?.config
  expect(JSON.stringify(before)).toContain('IOC')
  written([one as object], '8')
  await expect
    .poll(() => assignments.of('risk').config?.config, { timeout: 10_000 })
    .toMatchObject({ limits: { maxPosition: '8' } })
  expect(assignments.of('resolver').config?.config).toEqual(before)
  watch.close()
  rmSync(dir, { recursive: true })
})

it('[R20] limits of a strategy that begins with the next start wait for it, those of one that ends with it stay until then, all others hold at once', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'trader-own-limits-'))
  const file = join(dir, 'topology.yaml')
  const text = readFileSync('strategies/ema-cross.yaml', 'utf8')
  const named = (path: string, name: string) =>
    writeFileSync(join(dir, path), text.replace('name: ema-cross', `name: ${name}`))
  for (const name of ['one', 'two', 'three']) named(`${name}.yaml`, name)
  const written = (names: string[], maxPosition: string, own: Record<string, string>) => {
    const market = { feed: { kind: 'seeded', seed: 1 }, bars: [{ interval: '1d' }], venue: { fill: 'touch' } }
    const strategies = names.map((name) => ({ file: join(dir, `${name}.yaml`), roles: { underlying: 'ACME.SIM' } }))
    const ofStrategies = Object.entries(own).map(([name, maxStrategyExposure]) => [name, { maxStrategyExposure }])
    const risk = { limits: { maxPosition }, strategies: Object.fromEntries(ofStrategies) }
    writeFileSync(file, stringify({ ...market, strategies, risk }))
  }
  written(['one', 'two'], '9', { two: '20' })
  const assignments = assignmentsOf(readTopology(file), file)
  const said: string[] = []
  const watch = assignments.watch(['md', 'risk', 'strategy', 'resolver'], {
    changed: () => undefined,
    unchanged: (message) => said.push(message.replace(file, '')),
  })
  const isInForce = async (maxPosition: string, own: Record<string, string>) => {
    const config = () => assignments.of('risk').config?.config as { limits: object; strategies: object }
    await expect.poll(() => config().limits, { timeout: 10_000 }).toEqual({ maxPosition })
    const expected = Object.entries(own).map(([name, maxStrategyExposure]) => [
      name,
      { isReduceOnly: false, maxStrategyExposure },
    ])
    expect(config().strategies).toEqual(Object.fromEntries(expected))
  }
  const waits = (part: string) => `: ${part} is not what it was: this takes effect when trader is started again`
  const isSaid = (...lines: string[]) => {
    expect(said.splice(0)).toEqual(lines)
  }

  written(['one', 'two', 'three'], '8', { two: '20', three: '30' })
  await isInForce('8', { two: '20' })
  isSaid(waits('strategies'), waits('risk.strategies.three'))
  written(['one'], '7', { one: '10' })
  await isInForce('7', { two: '20', one: '10' })
  isSaid(waits('strategies'), waits('risk.strategies.two'))
  written(['one', 'two'], '6', {})
  await isInForce('6', {})
  isSaid()
  written(['one', 'two'], '5', { two: '21' })
  await isInForce('5', { two: '21' })
  written(['one'], '4', { two: '22' })
  await isInForce('4', { two: '22' })
  isSaid(waits('strategies'))
  // Another name in its file is one that ends and one that begins; a fault in it is neither.
  named('two.yaml', 'other')
  await expect.poll(() => said.splice(0), { timeout: 10_000 }).toHaveLength(1)
  written(['one', 'two'], '3', { other: '40' })
  await isInForce('3', { two: '22' })
  isSaid(waits('risk.strategies.two'), waits('risk.strategies.other'))
  writeFileSync(join(dir, 'two.yaml'), 'name: two')
  await expect.poll(() => said.splice(0), { timeout: 10_000 }).toHaveLength(1)
  written(['one', 'two'], '2', {})
  await isInForce('2', {})
  isSaid()
  written(['one', 'two'], '1', { tow: '1' })
  await expect.poll(() => said, { timeout: 10_000 }).toHaveLength(1)
  expect(said[0]).toMatch(/risk\.strategies\.tow: no strategy is called that .*; what was in force stays in force$/)
  watch.close()
  rmSync(dir, { recursive: true })
})

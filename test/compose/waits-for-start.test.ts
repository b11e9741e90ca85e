import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
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

it('a strategy file that names another strategy is told, and nothing goes by that name; limits of meanwhile hold when it is mended', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'trader-renamed-'))
  const [file, cross] = [join(dir, 'topology.yaml'), join(dir, 'cross.yaml')]
  const named = (name: string) =>
    writeFileSync(cross, readFileSync('strategies/ema-cross.yaml', 'utf8').replace('name: ema-cross', `name: ${name}`))
  const limited = (maxPosition: string) => {
    const strategies = [{ file: cross, roles: { underlying: 'ACME.SIM' } }]
    const market = { feed: { kind: 'seeded', seed: 1 }, bars: [{ interval: '1d' }], venue: { fill: 'touch' } }
    writeFileSync(file, stringify({ ...market, strategies, risk: { limits: { maxPosition } } }))
  }
  named('one')
  limited('9')
  const changed: string[] = []
  const said: string[] = []
  const assignments = assignmentsOf(readTopology(file), file)
  const watch = assignments.watch(['md', 'risk', 'strategy', 'resolver'], {
    changed: (service) => changed.push(service),
    unchanged: (message) => said.push(message),
  })
  const isSaid = (count: number) => expect.poll(() => said.length, { timeout: 10_000 }).toBe(count)
  named('two')
  await isSaid(1)
  expect(said[0]).toMatch(/cross\.yaml: is called two, and was one: .*started again; what ran before runs on$/)
  limited('8')
  await isSaid(2)
  expect(said[1]).toMatch(/cross\.yaml: is called two, and was one: .*started again; what was in force stays in force$/)
  expect(changed).toEqual([])
  named('one')
  await expect.poll(() => changed, { timeout: 10_000 }).toEqual(['risk'])
  expect(assignments.of('risk').config?.config).toMatchObject({ limits: { maxPosition: '8' } })
  watch.close()
  rmSync(dir, { recursive: true })
})

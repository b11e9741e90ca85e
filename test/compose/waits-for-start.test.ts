import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
  written({ chains: [{ underlying: 'BTC_USD.DERIBIT' }] })
  const changed: string[] = []
  const said: string[] = []
  let heard: (() => void) | undefined
  const watch = assignmentsOf(readTopology(file), file).watch(['md', 'risk'], {
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
    risk: { limits: { maxOrderNotional: '1234' }, instruments: { 'BTCUSTD.BINANCE': { maxPosition: '1' } } },
    ...{ run: 'other', logs: 'elsewhere', keys: 'keys2', router: { port: 7500 }, venue: { fill: 'next-open' } },
    strategies: [{ file: cross, roles: { underlying: 'ETHUSDT.BINANCE' } }],
  })
  await taken
  watch.close()
  rmSync(dir, { recursive: true })
  expect(changed).toEqual(['risk'])
  const parts = ['run', 'logs', 'keys', 'router', 'feed', 'chains', 'venue', 'strategies']
  expect(said.map((one) => one.slice(file.length)).sort()).toEqual(
    [
      ...parts.map((part) => `: ${part} is not what it was: this takes effect when trader is started again`),
      ': risk.instruments.BTCUSTD.BINANCE: no strategy trades it',
    ].sort(),
  )
})

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { ensureSecret, readSecret } from '#lib/bus/auth.ts'
import { connectBus } from '#lib/bus/bus-client.ts'
import type { Event } from '#schemas/event.ts'
import { serveBox } from '#test/venues/box-server.ts'
import { type BoxOption, chainBox } from '#test/venues/chain-box.ts'
import { repository, trader } from './trader.ts'
import { eventsIn, LiveTree } from './tree.ts'

const root = mkdtempSync(join(tmpdir(), 'trader-chain-live-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const underlying = 'BTC_USD.DERIBIT'
const endsAtMs = Date.UTC(2099, 11, 25, 8)
const options: readonly BoxOption[] = [
  { name: 'BTC-25DEC99-10000-C', endsAtMs, bid: '0.0125', ask: '0.0130' },
  { name: 'BTC-25DEC99-10000-P', endsAtMs, bid: '0.0020' },
  { name: 'BTC-25DEC99-20000-C', endsAtMs },
]

it('[MD-C1] [MD-C5] [MD-L11] a live tree tells the whole chain of an exchange on schedule, to an operator and to a service that asks', async () => {
  const server = await serveBox({ ...chainBox(options, () => Date.now()) })
  const playing = setInterval(() => server.step(null), 5)
  const folders = [`logs: ${join(root, 'logs')}`, `keys: ${join(root, 'keys')}`]
  const lines = [
    ...['run: live', ...folders, 'router: { port: 0 }'],
    `feed: { kind: exchange, venue: deribit, symbols: ['BTC-*', BTC-PERPETUAL], streams: [quotes], wsUrl: '${server.wsUrl}', restUrl: '${server.restUrl}' }`,
    ...['bars: [{ interval: 5s }]', `chains: [{ underlying: ${underlying}, every: 1s }]`],
    ...["account: { currency: BTC, startingCash: '1' }", 'venue: { fill: touch }'],
    'strategies: [{ file: cross.yaml, roles: { underlying: BTC-PERPETUAL.DERIBIT } }]',
  ]
  writeFileSync(join(root, 'live.yaml'), `${lines.join('\n')}\n`)
  writeFileSync(join(root, 'cross.yaml'), readFileSync(join(repository, 'examples', 'fast-cross.yaml')))
  ensureSecret(join(root, 'keys'), 'ml')
  const tree = new LiveTree(root, 'live', join(root, 'live.yaml'))
  try {
    await tree.until(1_000)
    const where = ['--run', 'live', '--logs', join(root, 'logs'), '--keys', join(root, 'keys')]
    const asked = await trader(['md', 'chain', underlying, '--now', '--json', ...where])
    expect([asked.exitCode, asked.stderr]).toEqual([0, ''])
    const whole = [
      { strike: '10000', right: 'call', bid: '0.0125', ask: '0.0130' },
      { strike: '10000', right: 'put', bid: '0.0020', ask: null },
      { strike: '20000', right: 'call', bid: null, ask: null },
    ]
    const { contracts } = JSON.parse(String(asked.stdout))
    expect(contracts).toMatchObject(whole)
    expect(
      contracts.filter(({ isUnheard, isStale }: object & Record<string, unknown>) => isUnheard ?? isStale),
    ).toEqual([])

    const url = tree.routerUrl ?? ''
    const secretOf = (identity: string) => readSecret(join(root, 'keys'), identity)
    const heard: Event[] = []
    const operator = await connectBus({
      ...{ url, identity: 'operator', secret: secretOf('operator'), from: 'head' },
      topics: ['md.option.chain.snapshot', 'system.request', 'system.command.result'],
      onEvents: (events) => heard.push(...events),
    })
    const service = await connectBus({ url, identity: 'ml', secret: secretOf('ml'), from: null, topics: null })
    const payload = { service: 'ml', request: 'chain.snapshot', instrument: underlying } as const
    await service.publishFacts([{ epoch: 1, n: 0, at: Date.now() * 1_000, topic: 'system.request', payload }])
    const id = 'ml:e1.0'
    const answers = () => heard.filter(({ cause }) => cause === id)
    for (let i = 0; i < 1_000 && answers().length < 2; i++) await sleep(10)
    await Promise.all([service.close(), operator.close()])
    expect(answers().map(({ topic, payload: said }) => [topic, said])).toEqual([
      ['md.option.chain.snapshot', expect.objectContaining({ contracts })],
      ['system.command.result', { command: id, isDone: true, message: `3 contracts on ${underlying}` }],
    ])
  } finally {
    await tree.stop()
    clearInterval(playing)
    await server.close()
  }
  const told = eventsIn(tree.log).filter(({ topic }) => topic === 'md.option.chain.snapshot')
  expect(told.filter(({ cause }) => cause?.startsWith('md-feed:')).length).toBeGreaterThan(0)
}, 60_000)

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { simulateScript } from '#compose/simulate-script.ts'

const nothing = () => undefined

describe('figures that others published', () => {
  it.each([
    ['goog-750-put', '99718'],
    ['audusd-five-quotes', '1000017.2'],
    ['btcusdt-perp', '1000245.875'],
  ])('%s comes to %s, to the last digit', (name, equity) => {
    const { account, fills, refused } = simulateScript(`examples/fidelity/${name}.jsonl`, nothing)
    expect({ equity: account.equity, fills, refused }).toEqual({ equity, fills: 2, refused: 0 })
  })
})

describe('an account that trades in another currency', () => {
  it('holds yen, pays fees in yen, and is worth dollars at the newest price', () => {
    const folder = mkdtempSync(join(tmpdir(), 'trader-script-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'script.jsonl')
    const instrument = 'USDJPY.FX'
    const [listing, tick] = [
      { tickSize: '0.01', lotSize: '1', multiplier: '1' },
      { kind: 'quote', instrument },
    ]
    const quote = (at: number, bid: string, ask: string) =>
      ({ at, topic: 'md.tick', payload: { ...tick, bid, bidSize: '100000', ask, askSize: '100000' } }) as const
    const wish = { strategy: 's', instrument, orderType: 'market', referencePrice: '150' }
    const conversions = { JPY: { instrument, isInverse: true } }
    const venue = { fill: 'touch', fees: { takerBps: 0.2, makerBps: 0, decimals: 0 } }
    const account = { currency: 'USD', startingCash: '1000000', conversions }
    const listed = { instrument, kind: 'forex', ...listing, currency: 'JPY', isSimulated: true }
    const script = [
      { settings: { account, venue, risk: { limits: { maxGrossExposure: '100100' } } } },
      { at: 0, topic: 'md.instrument', payload: listed },
      quote(1, '149.99', '150.01'),
      { at: 2, wish: { ...wish, target: '200000' } },
      { at: 3, wish: { ...wish, target: '100000' } },
      quote(4, '150.99', '151.01'),
      { at: 5, wish: { ...wish, target: '0' } },
      quote(6, '159.99', '160.01'),
    ]
    writeFileSync(file, script.map((line) => JSON.stringify(line)).join('\n'))
    const said: string[] = []
    const done = simulateScript(file, ({ topic, payload }) => {
      if (topic === 'risk.rejected') said.push(JSON.stringify(payload.value))
    })
    // 100,000 bought at 150.01 for a fee of 300 yen, sold at 150.99 for one of 302: 98,000 - 602 yen, at 160 yen a dollar.
    expect([done.account.equity, done.account.realized, done.account.fees]).toEqual(['1000608.7375', '612.5', '3.7625'])
    expect([done.fills, done.refused, said.length]).toEqual([2, 1, 1])
  })
})

it('a cash account does not spend on fees what is not there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trader-script-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'script.jsonl')
  const [instrument, sides] = ['ACME.SIM', { bid: '100', bidSize: '50', ask: '100', askSize: '50' }]
  const listing = { tickSize: '0.01', lotSize: '1', multiplier: '1', currency: 'USD', isSimulated: true }
  const wish = { strategy: 's', instrument, orderType: 'market', referencePrice: '100' }
  const venue = { fill: 'touch', fees: { takerBps: 10, makerBps: 0 } }
  const script = [
    { settings: { account: { currency: 'USD', startingCash: '1000' }, venue, risk: { margin: { kind: 'cash' } } } },
    { at: 0, topic: 'md.instrument', payload: { instrument, kind: 'equity', ...listing } },
    { at: 1, topic: 'md.tick', payload: { kind: 'quote', instrument, ...sides } },
    { at: 2, wish: { ...wish, target: '10' } },
    { at: 3, wish: { ...wish, target: '9' } },
  ]
  writeFileSync(file, script.map((line) => JSON.stringify(line)).join('\n'))
  const { fills, refused, refusals, account } = simulateScript(file, nothing)
  expect([fills, refused, account.fees]).toEqual([1, 1, '0.9'])
  expect(refusals.map(({ topic, payload }) => [topic, payload.code])).toEqual([
    ['risk.rejected', 'MARGIN_EXCEEDS_AVAILABLE'],
  ])
})

describe('a script with a fault', () => {
  const settings = '{"settings":{"venue":{"fill":"touch"}}}'
  it.each([
    ['', 'nothing was listed'],
    ['{"at":0,"topic":"md.bar","payload":{}}', ':1: the first line says the settings'],
    ['{"settings":{"venue":{"fill":"tuch"}}}', ':1: '],
    [`${settings}\n{"at":0`, ':2: is not JSON'],
    [`${settings}\n{"at":0,"topic":"md.bar","payload":{}}`, ':2: payload.instrument: '],
    [`${settings}\n{"at":0,"topic":"risk.approved","payload":{}}`, ':2: a script says no risk.approved'],
    [
      `${settings}\n{"at":5,"topic":"md.status","payload":{"feed":"f","state":"started","isSimulated":true}}\n{"at":4,"topic":"md.status","payload":{}}`,
      ':3: time goes back',
    ],
  ])('%j is refused with its line', (text, message) => {
    const folder = mkdtempSync(join(tmpdir(), 'trader-script-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'script.jsonl')
    writeFileSync(file, text)
    const found = () => simulateScript(file, nothing)
    expect(found).toThrow(message.replace(/^:\d+: /, ''))
    const line = /^:(\d+)/.exec(message)?.[1]
    if (line !== undefined) expect(found).toThrow(expect.objectContaining({ line: Number(line) }))
  })
})

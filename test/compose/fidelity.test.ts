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

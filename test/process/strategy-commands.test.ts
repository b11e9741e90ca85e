import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { exampleMarket } from '#test/example-market.ts'
import { writeMadeDataSet } from '#test/made-data-set.ts'
import { repository, trader } from '#test/process/trader.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'strategy-commands-'))
})
afterAll(() => rmSync(folder, { recursive: true }))
const strategy = (...args: string[]) => trader(['strategy', ...args], { cwd: folder })

test('new writes a file that check accepts, and never over another', async () => {
  expect((await strategy('new', 'mine')).exitCode).toBe(0)
  expect(readFileSync(join(folder, 'mine.yaml'), 'utf8')).toMatch(
    /^# yaml-language-server: \$schema=.*schemas\/json\/strategy-file\.json\n/,
  )
  expect((await strategy('check', 'mine.yaml')).stdout).toMatch(/^mine\.yaml: ok: mine /)
  const again = await strategy('new', 'mine')
  expect([again.exitCode, again.stderr]).toEqual([2, 'mine.yaml: there is a file already\n'])
  expect((await strategy('new', 'pairs', '--from', 'pairs-reversion')).exitCode).toBe(0)
  expect((await strategy('check', 'pairs.yaml')).stdout).toMatch(/^pairs\.yaml: ok: pairs /)
  expect((await strategy('new', 'x', '--from', 'pairs-reverion')).stderr).toContain(
    'no strategy pairs-reverion ships with trader (did you mean pairs-reversion?)\n',
  )
})

test('test --lookahead cuts at every intent and finds nothing where nothing is', async () => {
  const file = join(repository, 'strategies/turtle-breakout.yaml')
  const { stdout, exitCode } = await strategy('test', file, '--lookahead', '--cuts', '5', '--json')
  const tested = JSON.parse(stdout as string)
  expect(exitCode).toBe(0)
  expect(tested).toMatchObject({ strategy: 'turtle-breakout', lookAhead: { cuts: 5, leak: null } })
  expect(tested.intents).toBeGreaterThan(5)
}, 60_000)

test('test --lookahead names what is planted in the data, a bar that is told before it ends: exit code 1', async () => {
  const facts = exampleMarket(120).filter(({ payload }) => 'instrument' in payload && payload.instrument === 'DAY.SIM')
  const written = (name: string, early: (fact: MarketFact<'md.bar'>) => MarketFact) =>
    writeMadeDataSet(join(folder, name), () => facts.map((fact) => (fact.topic === 'md.bar' ? early(fact) : fact)))
  written('right', (fact) => fact)
  written('early', (fact) => ({ ...fact, at: fact.payload.start }))
  const file = join(repository, 'strategies/ema-cross.yaml')
  const right = await strategy('test', file, '--data', 'right', '--lookahead')
  expect([right.exitCode, right.stdout]).toEqual([0, expect.stringContaining('look-ahead: none; ')])
  const early = await strategy('test', file, '--data', 'early', '--lookahead')
  expect([early.exitCode, early.stdout]).toEqual([
    1,
    expect.stringMatching(
      /look-ahead: the bar md-feed:e1\.\d+ is told at .* and ends at .*: it is known before its time$/m,
    ),
  ])
}, 60_000)

test('a role that the strategy does not have is an error with the one that was meant', async () => {
  const file = join(repository, 'strategies/turtle-breakout.yaml')
  const { stderr, exitCode } = await strategy('test', file, '--instrument', 'underlyng=ACME.SIM')
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('has no role underlyng, did you mean underlying?')])
})

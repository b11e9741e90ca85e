import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { positionsIn } from '#compose/book-view.ts'
import { defaultTopology } from '#compose/default-topology.ts'
import { strategyHeldIn } from '#compose/strategy-held.ts'
import { bodyIn } from '#lib/codec/event-text.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { readRetained } from '#lib/journal/retained.ts'
import { writeSnapshot } from '#lib/journal/snapshot-files.ts'
import { Recovery } from '#lib/kernel/recovery.ts'
import type { AnyService } from '#lib/kernel/service.ts'
import { codeHash, version } from '#lib/process/version.ts'
import type { Event } from '#schemas/event.ts'
import { pnl } from '#services/pnl/service.ts'
import { explainRun } from '#services/strategy/adapters/explain-run.ts'
import { strategy } from '#services/strategy/service.ts'
import { repository, trader } from '#test/process/trader.ts'

let folder: string
let [whole, kept]: [string, string] = ['', '']
let firstOfMd = 0

/** A backtest, and the same log under a retention that keeps little of its market. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trader-kept-'))
  const file = readFileSync(join(repository, 'strategies', 'ema-cross.yaml'), 'utf8')
  writeFileSync(join(folder, 'cross.yaml'), file.replace('timeframe: 1d', 'timeframe: 1m'))
  const made = ['md', 'generate', '--seed', '3', '--bars', '1200', '--interval', '1m', '--to', 'data']
  expect((await trader(made, { cwd: folder })).exitCode).toBe(0)
  const run = ['backtest', 'cross.yaml', '--data', 'data', '--id', 'whole']
  expect((await trader(run, { cwd: folder })).exitCode).toBe(0)
  whole = join(folder, 'runs', 'whole', 'log')
  kept = join(folder, 'logs', 'kept')
  const retention = { retention: { md: { mib: 0.05 }, indicator: { mib: 0.05 } }, neededFrom: () => 1e9 }
  const open = () => openEventLog(kept, { segmentBytes: 10_000, retention })
  const log = await open()
  const groups = groupsIn(whole)
  while (groups.length > 0) for (const { kind } of await log.append(groups.splice(0, 50))) expect(kind).toBe('appended')
  await log.close()
  const again = await open()
  const removed = () => Object.keys(readRetained(realDisk, kept)?.namespaces ?? {}).sort()
  await vi.waitFor(() => expect(removed()).toEqual(['indicator', 'md']), 20_000)
  await again.close()
  firstOfMd = (readRetained(realDisk, kept)?.namespaces.md?.to ?? 0) + 1
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The bodies of a log: facts one by one, and all answers to an event together. */
function groupsIn(log: string): string[][] {
  const groups: string[][] = []
  let [source, cause]: [string, string | null] = ['', null]
  for (const { content } of readLog(log)) {
    const event = JSON.parse(content) as Event
    if (event.cause !== null && event.source === source && event.cause === cause) groups.at(-1)?.push(bodyIn(content))
    else groups.push([bodyIn(content)])
    ;[source, cause] = [event.source, event.cause]
  }
  return groups
}

const read = async (...args: string[]) => {
  const { stdout, stderr, exitCode } = await trader(args, { cwd: folder })
  return { stdout: String(stdout), stderr: String(stderr), exitCode }
}
const json = async (...args: string[]) => {
  const { stdout, stderr, exitCode } = await read(...args, '--json')
  expect(exitCode).toBe(0)
  return { said: JSON.parse(stdout), stderr }
}
const removed = /^removed \(retention\): .*md up to event \d+/
const eventsIn = (log: string, from = 1): Event[] =>
  [...readLog(log, { from, isKeptEnough: true })].map(({ content }) => JSON.parse(content) as Event)

describe('a run of which retention removed old market data', () => {
  it.each([
    ['orders', 'list'],
    ['pnl', 'show'],
  ])('[J23] shows all of its books: trader %s %s', async (...command) => {
    const { said, stderr } = await json(...command, '--run', 'kept')
    expect(said).toEqual((await json(...command, '--run', 'whole')).said)
    expect(stderr).toBe('')
  })

  it('[J23] shows a position without its listing as its last fill left it, exposure unknown', async () => {
    const { said, stderr } = await json('positions', '--all', '--run', 'kept')
    const updates = eventsIn(whole).filter(({ topic }) => topic === 'pnl.update')
    expect(said).toEqual([{ ...updates.at(-1)?.payload, exposure: null }])
    expect(stderr).toMatch(removed)
    const { stdout } = await read('positions', '--all', '--run', 'kept')
    expect(stdout).toMatch(/ - /)
  })

  it('[J23] shows of an order what is kept of its causes, and names what is not', async () => {
    const orders = (await json('orders', 'list', '--run', 'kept')).said
    const [first, last] = [orders[0].clientOrderId, orders.at(-1).clientOrderId]
    const was = (await json('order', 'show', first, '--run', 'whole')).said
    const { said, stderr } = await json('order', 'show', first, '--run', 'kept')
    expect(said).toEqual({ ...was, seen: [], gone: [was.intent.cause] })
    expect(stderr).toContain(`${was.intent.cause} is not in the log any more; removed (retention): `)
    const newest = await json('order', 'show', last, '--run', 'kept')
    expect(newest).toEqual({ said: (await json('order', 'show', last, '--run', 'whole')).said, stderr: '' })
    expect(newest.said.seen).toHaveLength(3)
  })

  it('[J23] is read as far as it is kept, with a word on what is not', async () => {
    const all = await read('log', 'read', '--run', 'kept')
    const seqs = all.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).seq)
    expect(seqs).toEqual(eventsIn(kept).map(({ seq }) => seq))
    expect(all.stderr).toMatch(removed)
    const md = await read('log', 'read', '--run', 'kept', '--topic', 'md')
    expect(JSON.parse(md.stdout.slice(0, md.stdout.indexOf('\n'))).seq).toBeGreaterThanOrEqual(firstOfMd)
    expect(md.stderr).toBe(`removed (retention): md up to event ${firstOfMd - 1}\n`)
    const late = await read('log', 'read', '--run', 'kept', '--topic', 'md', '--from', `${firstOfMd}`)
    expect(late).toEqual({ ...md, stderr: '' })
    expect((await read('log', 'query', 'select 1', '--run', 'kept')).stderr).toMatch(removed)
    expect((await read('log', 'export', '--parquet', 'x', '--run', 'kept')).stderr).toMatch(removed)
  })

  it('[J23] has no chain but those that are kept, and says why', async () => {
    const { stderr, exitCode } = await read('md', 'chain', 'ACME.SIM', '--run', 'kept')
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/no chain of ACME.SIM has been told.*removed \(retention\): md up to event/)
  })

  it.each([
    ['verify', 1, 'cannot be proved', ['verify', 'kept']],
    ['replay', 2, 'cannot be fed again', ['replay', 'kept']],
    ['md rebuild', 2, 'nothing to compare', ['md', 'rebuild', '.', '--venue', 'binance-usdm', '--log', 'logs/kept']],
    ['strategy explain', 2, 'no snapshot of this version', ['strategy', 'explain', 'kept']],
  ])('[J23] refuses in one line what needs all of it: trader %s', async (_, code, why, command) => {
    const { stdout, stderr, exitCode } = await read(...command)
    expect(exitCode).toBe(code)
    const lines = `${stdout}${stderr}`.trimEnd().split('\n')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/removed \(retention\): .*md up to event \d+/)
    expect(lines[0]).toContain(why)
  })

  it('[J23] does not go on with code that believes none of its snapshots, and starts nothing: trader up, and a service by hand', async () => {
    const topology = { ...defaultTopology(), run: 'kept' }
    writeFileSync(join(folder, 'again.yaml'), JSON.stringify(topology))
    for (const command of [['up'], ['risk', '--url', 'ws://127.0.0.1:9']]) {
      const { stderr, exitCode } = await read(...command, '--topology', 'again.yaml')
      expect(exitCode).toBe(2)
      const words =
        /^logs\/kept: removed \(retention\): .*md up to event \d+.*: .*risk.* would have to hear it again, .*\(begin another run/
      expect(stderr.trimEnd().split('\n').at(-1)).toMatch(words)
      expect(stderr).not.toContain('starting')
    }
  })

  const heldAt = () =>
    20 + Math.max(...Object.values(readRetained(realDisk, kept)?.namespaces ?? {}).map(({ to }) => to))
  /** Writes down what a service held then. */
  function takeSnapshot(service: AnyService): void {
    const recovery = new Recovery(service, () => undefined)
    recovery.begin(null)
    for (const event of eventsIn(whole).slice(0, heldAt())) if (recovery.see(event.seq, '')) recovery.hear(event)
    writeSnapshot(realDisk, kept, recovery.snapshot({ run: 'kept', code: codeHash, version }))
  }

  it('[J23] marks a position without its listing as pnl held that at its newest snapshot', () => {
    expect(positionsIn(kept, true)).toMatchObject([{ exposure: null }])
    takeSnapshot(pnl)
    const all = positionsIn(whole, true)
    expect(all).toMatchObject([{ exposure: expect.stringMatching(/^[1-9]/) }])
    expect(positionsIn(kept, true)).toEqual(all)
  })

  it('[J23] explains a strategy from what it held in the oldest snapshot behind which all is kept', () => {
    const at = heldAt()
    expect(() => strategyHeldIn(kept)).toThrow('no snapshot of this version')
    takeSnapshot(strategy)
    const held = strategyHeldIn(kept)
    expect(held?.seq).toBe(at)
    const wish = { strategy: undefined, intent: undefined, until: undefined }
    const { newest, lastIntent } = explainRun(eventsIn(whole), wish)
    expect(lastIntent).not.toBeNull()
    const explained = explainRun(eventsIn(kept, at + 1), wish, held)
    expect(explained).toMatchObject({ newest, lastIntent, since: at })
    expect(strategyHeldIn(whole)).toBeNull()
  })
})

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serviceTopics } from '#compose/assignments.ts'
import { defaultTopology } from '#compose/default-topology.ts'
import { neededFrom } from '#compose/needed-from.ts'
import { refuseUncovered } from '#compose/refuse-uncovered.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { readRetained, writeRetained } from '#lib/journal/retained.ts'
import { snapshotFiles, writeSnapshot } from '#lib/journal/snapshot-files.ts'
import { type FreshSnapshot, sha256Of } from '#lib/kernel/snapshot.ts'
import { codeHash } from '#lib/process/version.ts'
import { fact } from '#test/lib/journal/bodies.ts'

let logs: string
let folder: string
beforeEach(async () => {
  logs = mkdtempSync(join(tmpdir(), 'trader-needed-'))
  folder = join(logs, 'live')
  const log = await openEventLog(folder)
  await log.append(Array.from({ length: 20 }, (_, n) => [fact('md', 1, n)]))
  await log.close()
})
afterEach(() => rmSync(logs, { recursive: true }))

const topology = () => ({ ...defaultTopology(), run: 'live', logs })
const assignment = () => ({ topology: topology(), config: null, services: serviceTopics(topology()) })
const needed = () => neededFrom(folder, 'live', 'md', assignment())
/** Live, the clock hears no market. */
const hearing = () =>
  assignment()
    .services.filter(({ name, isAnswering }) => isAnswering && name !== 'clock')
    .map(({ name }) => name)

function write(service: string, seq: number, other: Partial<FreshSnapshot> = {}): void {
  const [event] = readLog(folder, { from: seq, to: seq })
  writeSnapshot(realDisk, folder, {
    service,
    run: 'live',
    seq,
    eventHash: sha256Of(event?.content ?? ''),
    answered: null,
    configHash: '',
    code: codeHash,
    version: '0.0.1',
    configured: [],
    stateText: '{}',
    ...other,
  })
}

/** Of every service but that one two that are believed; of that one two that are not. */
function writeAll(foreign: string, seqs: readonly number[], other: Partial<FreshSnapshot>): void {
  for (const service of hearing()) {
    if (service === foreign) for (const seq of seqs) write(service, seq, other)
    else for (const seq of [12, 15]) write(service, seq)
  }
}

describe('what retention leaves', () => {
  it('[J23] begins at the oldest snapshot of those that hear it, and at event 1 while one of them has none', () => {
    expect(needed()).toBe(1)
    writeAll('risk', [9, 16], {})
    expect(needed()).toBe(9)
    for (const file of snapshotFiles(realDisk, folder, 'risk')) rmSync(file)
    expect(needed()).toBe(1)
  })

  it.each([
    ['of other code', [13, 16], { code: 'other' }],
    ['of another run', [13, 16], { run: 'other' }],
    ['of events that the log does not have', [900, 950], {}],
    ['of a log that has other events there', [13, 16], { eventHash: 'f'.repeat(64) }],
  ])('[J23] [R25] takes no snapshot %s for one that covers it', (_, seqs, other) => {
    writeAll('risk', seqs, other)
    expect(needed()).toBe(1)
    write('risk', 17)
    expect(needed()).toBe(12)
  })

  it('[J23] is all of it where the event of a snapshot cannot be read', () => {
    writeAll('risk', [13, 16], {})
    expect(needed()).toBe(12)
    const file = join(folder, 'journal', '000000000001.jsonl')
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"topic":"md', '"topic":"me'))
    expect(needed()).toBe(1)
  })
})

describe('a run of which something was removed', () => {
  const remove = (to: number) => {
    const removed = { to, events: to, lastAt: 1, chain: '' }
    writeRetained(realDisk, folder, { through: 20, marks: {}, namespaces: { md: removed } })
    expect(readRetained(realDisk, folder)?.namespaces.md?.to).toBe(to)
  }

  it('[J23] starts with the code that its snapshots are of, and with no other, which says what to do', () => {
    writeAll('risk', [13, 16], { code: 'other', version: '0.0.7' })
    refuseUncovered(assignment())
    remove(11)
    const words = `removed (retention): md up to event 11: risk would have to hear it again, and their snapshots are of other code`
    expect(() => refuseUncovered(assignment())).toThrow(
      expect.objectContaining({
        message: words,
        file: folder,
        hint: 'go on with trader 0.0.7, which wrote them, or begin another run: run: …, or --run NAME',
      }),
    )
    expect(() => refuseUncovered(assignment(), (name) => name === 'risk')).toThrow(words)
    refuseUncovered(assignment(), (name) => name === 'pnl')
    write('risk', 17)
    refuseUncovered(assignment())
    remove(14)
    refuseUncovered(assignment())
    remove(16)
    expect(() => refuseUncovered(assignment())).toThrow(/strategy.* would have .* have no snapshot to begin at$/)
  })

  it('[J23] does not start in a topology whose services keep no snapshots', () => {
    for (const service of hearing()) for (const seq of [12, 15]) write(service, seq)
    remove(11)
    refuseUncovered(assignment())
    const { snapshots: _, ...rest } = topology()
    const without = { ...rest, snapshots: { everySeconds: 0 } }
    expect(() => refuseUncovered({ ...assignment(), topology: without })).toThrow('have no snapshot to begin at')
  })
})

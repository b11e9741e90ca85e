import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { EventLog } from '#lib/journal/event-log.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { fact } from './bodies.ts'

let folder: string
let log: EventLog
beforeEach(async () => {
  folder = join(mkdtempSync(join(tmpdir(), 'trader-live-')), 'logs', 'x')
  log = await openEventLog(folder)
})
afterEach(async () => {
  await log.close()
  rmSync(join(folder, '..', '..'), { recursive: true })
})

const text = 'x'.repeat(1_000)
let n = 0
const append = async (count: number) => {
  for (let i = 0; i < count; i++) await log.append([[fact('md', 1, n++, 'md.bar', text)]])
}

it.each([undefined, ['md.bar']])(
  '[J15] a slow reader of a log that is written takes nothing for damage (%s)',
  async (topics) => {
    n = 0
    await append(20)
    const reader = readLog(folder, { topics })
    expect(reader.next().value?.seq).toBe(1)
    // It has read zeros behind the journal's end, which are overwritten now.
    await append(600)
    expect([...reader].map(({ seq }) => seq)).toEqual(Array.from({ length: 19 }, (_, i) => i + 2))
    expect([...readLog(folder, { topics, from: 21 })]).toHaveLength(600)
  },
)

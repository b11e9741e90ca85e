import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { ensureRunId } from '#lib/journal/run-id.ts'
import { fact } from '#test/lib/journal/bodies.ts'
import { describeLog } from '#test/lib/journal/log-contract.ts'

for (const segmentBytes of [64 << 20, 600])
  describeLog(`EventLog with segments of ${segmentBytes} bytes`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'trader-log-'))
    const open = () => openEventLog(folder, { segmentBytes, runId: ensureRunId(folder) })
    let log = await open()
    const end = async () => {
      await log.close()
      rmSync(folder, { recursive: true })
    }
    const reopen = async () => {
      log = await open()
      return log
    }
    return { log, reopen, end }
  })

it('[J14] looks through so much of the files in one read, also where it finds nothing: appends do not wait for it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trader-log-'))
  const events = 12_000
  const before = await openEventLog(folder)
  await before.append(
    Array.from({ length: events }, (_, n) => [fact('md', 1, n, n === 9_000 ? 'md.gap' : 'md.tick', 'x'.repeat(100))]),
  )
  await before.close()
  // Nothing of it is in memory now.
  const log = await openEventLog(folder)
  const found: string[] = []
  let most = 0
  for (let from = 1; from <= events; ) {
    const { to, lines } = await log.read({ from, maxBytes: 1 << 20, topics: ['md.gap'] })
    expect(to).toBeGreaterThanOrEqual(from)
    most = Math.max(most, to - from + 1)
    found.push(...lines)
    from = to + 1
  }
  await log.close()
  rmSync(folder, { recursive: true })
  expect(found.map((line) => line.slice(0, 25))).toEqual(['{"seq":9001,"id":"md:e1.9'])
  expect(most * 250).toBeLessThan(1 << 20)
})

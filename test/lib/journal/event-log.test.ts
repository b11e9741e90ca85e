import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { describeLog } from '#test/lib/journal/log-contract.ts'

for (const segmentBytes of [64 << 20, 600])
  describeLog(`EventLog with segments of ${segmentBytes} bytes`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'trader-log-'))
    const open = () => openEventLog(folder, { segmentBytes })
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

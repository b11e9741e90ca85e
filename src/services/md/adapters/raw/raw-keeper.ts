import { setInterval } from 'node:timers'
import { BlockFiles } from '#lib/files/block-files.ts'
import { rawLine } from './raw-line.ts'
import type { RawRecord } from './raw-record.ts'

/** Keeps what goes over the wire in a folder; durable every second, and when `flush` returns. `take` gives what is to be waited for before more is read, or null. */
export function keepRaw(dir: string): {
  take(record: RawRecord): Promise<void> | null
  flush(): Promise<void>
  close(): Promise<void>
} {
  const files = new BlockFiles(dir)
  const flushing = setInterval(() => files.flush(), 1_000)
  return {
    take(record) {
      files.append(rawLine(record), record.at)
      return files.full()
    },
    flush: () => files.flush(),
    close() {
      clearInterval(flushing)
      return files.close()
    },
  }
}

import { setInterval } from 'node:timers'
import { BlockFiles } from '#lib/files/block-files.ts'
import { rawLine } from './raw-line.ts'
import type { RawRecord } from './raw-record.ts'

/** Keeps what goes over the wire in a folder; durable every second, and when `flush` returns. */
export function keepRaw(dir: string): {
  take(record: RawRecord): void
  flush(): Promise<void>
  close(): Promise<void>
} {
  const files = new BlockFiles(dir)
  const flushing = setInterval(() => files.flush(), 1_000)
  return {
    take: (record) => files.append(rawLine(record), record.at),
    flush: () => files.flush(),
    close() {
      clearInterval(flushing)
      return files.close()
    },
  }
}

import type { RawRecord } from './raw-record.ts'

/** A record as a line of a capture in JSON; reading the line gives the record. */
export function rawLine(record: RawRecord): string {
  const ts = record.at / 1e6
  switch (record.kind) {
    case 'frame':
      return `{"t":"recv","conn":${JSON.stringify(record.connection)},"ts":${ts},"data":${JSON.stringify(record.text)}}`
    case 'answer':
      return JSON.stringify({ t: 'http', conn: record.connection, ts, url: record.url, data: record.text })
    case 'opened':
      return JSON.stringify({ t: 'connect', conn: record.connection, ts, addr: record.url })
    case 'sent':
      return JSON.stringify({ t: 'send', conn: record.connection, ts, data: record.text })
    case 'resumed':
      return JSON.stringify({ t: 'resume', conn: record.connection, ts, data: record.numbers })
    case 'closed':
      return JSON.stringify({ t: 'close', conn: record.connection, ts, data: record.reason })
  }
}

import { LineFault } from '../line-fault.ts'
import { year2200Ms } from '../year-2200.ts'
import type { RawRecord } from './raw-record.ts'

/**
 * A line of a capture in text, times in seconds UTC: `<time>: <frame>` received, `<url> <- <time>: <frame>` sent, `<url> <-> <time>` connected,
 * `<url> -> <time>: <body>` answered over HTTP. Null for its `configuration:` line. Throws a LineFault.
 */
export function capturedText(line: string, connection: string): RawRecord | null {
  if (line.startsWith('configuration:')) return null
  const received = /^(\d{9,10})(?:\.(\d{1,9}))?: /.exec(line)
  if (received !== null)
    return { kind: 'frame', at: microsOf(received[1], received[2]), connection, text: line.slice(received[0].length) }
  const [head, url, arrow, seconds, fraction] = /^(\S+) (<->|<-|->) (\d{9,10})(?:\.(\d{1,9}))?(?:: |$)/.exec(line) ?? []
  if (head === undefined || url === undefined)
    throw new LineFault('is neither a frame with its time nor what went to an address')
  const at = microsOf(seconds, fraction)
  const text = line.slice(head.length)
  if (arrow === '<->') return { kind: 'opened', at, connection, url }
  return arrow === '<-' ? { kind: 'sent', at, connection, text } : { kind: 'answer', at, url, text }
}

function microsOf(seconds = '', fraction = ''): number {
  if (Number(seconds) >= year2200Ms / 1_000) throw new LineFault('its time is beyond the year 2200')
  return Number(`${seconds}${fraction.slice(0, 6).padEnd(6, '0')}`)
}

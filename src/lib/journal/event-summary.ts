import { contentFields } from '#lib/journal/log-line.ts'

/** An event as a line for people: seq, time, topic, id, payload. */
export function eventSummary(content: string, columns: number): string {
  const { seq, at, topic, id, payload } = contentFields(content)
  const time = new Date(Math.floor(at / 1_000)).toISOString().slice(0, 23).replace('T', ' ')
  const text = `${String(seq).padStart(8)}  ${time}  ${topic.padEnd(22)} ${id.padEnd(18)} ${payload}`
  return text.length > columns ? `${text.slice(0, columns - 1)}…` : text
}

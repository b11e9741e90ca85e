import { crc32 } from 'node:zlib'

/** What a line says besides its event. */
export type LineNote = {
  /** The highest seq that was durable when it was written. */
  readonly durable: number
  /** How many events of its group are still to come. */
  readonly following?: number
  readonly sig?: string
}

/** A line of a log without its line end: the content, what was durable, what of its group is to come, the seal, the crc. */
export function lineOf(content: string, { durable, following = 0, sig }: LineNote): string {
  const group = following === 0 ? '' : `,"g":${following}`
  return withCrc(`${content.slice(0, -1)},"d":${durable}${group}${sig === undefined ? '' : `,"sig":"${sig}"`}`)
}

/** Closes the text of a JSON object with the crc of it. */
export const withCrc = (text: string): string => `${text},"crc":"${crc32(text).toString(16).padStart(8, '0')}"}`

export type LogLine = { readonly seq: number; readonly content: string; readonly sig?: string }

/** Bytes of `,"crc":"xxxxxxxx"}`. */
export const crcBytes = 18
const sigBytes = 95

/** Takes an intact line apart. */
export function openLine(line: string, seq: number): LogLine {
  const end = noteEnd(line)
  const content = `${line.slice(0, line.lastIndexOf(',"d":', end))}}`
  return end === line.length - crcBytes
    ? { seq, content }
    : { seq, content, sig: line.slice(end + 8, end + sigBytes - 1) }
}

/** The highest seq that was durable when an intact line was written. */
export const durableIn = (line: string): number =>
  Number.parseInt(line.slice(line.lastIndexOf(',"d":', noteEnd(line)) + 5), 10)

/** How many events of its group follow an intact line. */
export function followingIn(line: string): number {
  const end = noteEnd(line)
  const note = line.slice(line.lastIndexOf(',"d":', end), end)
  const at = note.indexOf(',"g":')
  return at < 0 ? 0 : Number(note.slice(at + 5))
}

/** The topic of a line or content. */
export function topicIn(line: string): string {
  const start = line.indexOf('","topic":"') + 11
  return line.slice(start, line.indexOf('"', start))
}

/** The id of a line or content. */
export function idIn(line: string): string {
  const start = line.indexOf(',"id":"') + 7
  return line.slice(start, line.indexOf('"', start))
}

const noteEnd = (line: string): number => {
  const end = line.length - crcBytes
  return line.charCodeAt(end - 1) === 34 ? end - sigBytes : end
}

/** The content of an intact line with the seal as its last field. */
export function openLineSealed(line: string): string {
  const end = noteEnd(line)
  return `${line.slice(0, line.lastIndexOf(',"d":', end))}${line.slice(end, -crcBytes)}}`
}

/** The fields of a content, the payload as its text. */
export function contentFields(content: string) {
  const { seq, at, topic, id } = JSON.parse(content) as { seq: number; at: number; topic: string; id: string }
  return { seq, at, topic, id, payload: content.slice(content.indexOf(',"payload":') + 11, -1) }
}

/** The event time of a line or content: microseconds UTC. */
export function atIn(line: string): number {
  const start = line.indexOf(',"at":') + 6
  return Number(line.slice(start, line.indexOf(',', start)))
}

import { dirname } from 'node:path'
import { contentOf } from '#lib/codec/event-text.ts'
import { checkLog } from '#lib/journal/check-log.ts'
import { readCheckpoint } from '#lib/journal/checkpoint.ts'
import { behindHoles, readHoles } from '#lib/journal/holes.ts'
import { everySegment, journalFolder, namespacesIn } from '#lib/journal/log-files.ts'
import { durableIn, followingIn, idIn } from '#lib/journal/log-line.ts'
import { markAfter, noMark } from '#lib/journal/marks.ts'
import { makeFolders } from '#lib/journal/new-file.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { packFrame } from '#lib/journal/packed-file.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { repairLog } from '#lib/journal/repair-log.ts'
import { readWatermark } from '#lib/journal/watermark.ts'
import { wholeLines } from '#lib/journal/whole-lines.ts'
import { parseEventId } from '#lib/kernel/event-id.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { below, type Chance, chanceOf, isLikely, pick } from '#test/faults/chance.ts'
import { SimDisk } from '#test/faults/sim-disk.ts'
import { fact, groupOf } from '#test/lib/journal/bodies.ts'

const folder = '/logs/live'
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A log that goes on while its files are copied; and what it acknowledged. */
async function liveLog(chance: Chance) {
  const disk = new SimDisk(chance)
  let date = 24
  const options = {
    disk,
    segmentBytes: 400 + below(chance, 4_000),
    aheadBytes: below(chance, 500),
    compress: isLikely(chance, 0.4) ? packFrame : null,
    today: () => `2026-11-${isLikely(chance, 0.01) ? Math.min(30, ++date) : Math.min(30, date)}`,
  }
  let log = await openEventLog(folder, options)
  const contents: string[] = []
  const counts = { md: 0, clock: 0 }
  let [epoch, cause] = [1, 0]
  const say = async () => {
    const size = 1 + below(chance, 4)
    const source = pick(chance, ['md', 'md', 'clock', 'risk'] as const)
    const text = 'x'.repeat(below(chance, 60))
    let bodies: string[]
    if (source === 'risk') {
      if (cause >= contents.length) return
      cause += 1 + below(chance, contents.length - cause)
      // An answer may be of several topics.
      bodies = groupOf('risk', cause, size).map((body, i) =>
        i % 2 === 0 ? body : body.replace('risk.rejected', 'pnl.update'),
      )
    } else {
      const topic = source === 'md' ? 'md.bar' : 'system.time'
      bodies = Array.from({ length: size }, () => fact(source, epoch, counts[source]++, topic, text))
    }
    const [result] = await log.append([bodies])
    if (result?.kind !== 'appended') throw new Error(`${bodies[0]}: ${JSON.stringify(result)}`)
    for (const [i, body] of bodies.entries()) contents.push(contentOf(result.from + i, body))
  }
  const go = async (events: number) => {
    const end = Math.min(contents.length + events, 600)
    while (contents.length < end) {
      await say()
      if (isLikely(chance, 0.1)) await turn()
      if (isLikely(chance, 0.004)) {
        await log.close()
        log = await openEventLog(folder, options)
        epoch++
        counts.md = counts.clock = 0
      }
    }
  }
  return { disk, contents, go, close: () => log.close() }
}

/** Copies files as they are found, in whatever order and however long that takes: what went meanwhile is not in the copy. */
async function copyLive(chance: Chance, from: SimDisk, to: SimDisk, go: (events: number) => Promise<void>) {
  const isSlow = isLikely(chance, 0.7)
  const pause = async () => {
    if (isLikely(chance, 0.3)) await go(below(chance, isSlow ? 30 : 4))
  }
  const bytesOf = (path: string): Buffer | null => {
    try {
      return from.bytesOf(path)
    } catch {
      return null
    }
  }
  const copyFolder = async (path: string): Promise<void> => {
    const entries = from.list(path).map((entry) => ({ entry, rank: chance() }))
    if (isLikely(chance, 0.5)) entries.sort((a, b) => a.rank - b.rank)
    for (const { entry } of entries) {
      await pause()
      const file = `${path}/${entry.name}`
      if (entry.isFolder) {
        await copyFolder(file)
        continue
      }
      let bytes = bytesOf(file)
      if (bytes === null) continue
      // Half of it is read earlier than the rest.
      if (file.endsWith('.jsonl') && isLikely(chance, 0.3)) {
        const at = below(chance, bytes.length + 1)
        await pause()
        const later = bytesOf(file)
        if (later !== null) bytes = Buffer.concat([bytes.subarray(0, at), later.subarray(at)])
      }
      makeFolders(to, dirname(file))
      to.put(file, bytes)
    }
  }
  await copyFolder(folder)
}

/** One log and a copy of it, or several over each other: what is not as promised, or null. */
export async function tryCopy(seed: number): Promise<string | null> {
  const chance = chanceOf(seed)
  const { disk, contents, go, close } = await liveLog(chance)
  const copy = new SimDisk(chance)
  makeFolders(copy, journalFolder(folder))
  await go(20 + below(chance, 150))
  await copyLive(chance, disk, copy, go)
  while (isLikely(chance, 0.3)) {
    await go(below(chance, 100))
    await copyLive(chance, disk, copy, go)
  }
  await close()
  return judge(chance, copy, contents)
}

/** A log that was closed, or killed, and then damaged. */
export async function tryDamage(seed: number): Promise<string | null> {
  const chance = chanceOf(seed)
  const { disk, contents, go, close } = await liveLog(chance)
  await go(20 + below(chance, 200))
  if (isLikely(chance, 0.5)) await close()
  const copy = disk.copy()
  await close()
  for (let n = 1 + below(chance, 3); n > 0; n--) damage(chance, copy)
  return judge(chance, copy, contents)
}

function damage(chance: Chance, disk: SimDisk): void {
  const files = ['journal', ...namespacesIn(disk, folder)].flatMap((name) => allFiles(disk, `${folder}/${name}`))
  files.push(...disk.list(folder).flatMap(({ name, isFolder }) => (isFolder ? [] : [`${folder}/${name}`])))
  const path = pick(
    chance,
    files.filter((file) => isLikely(chance, 0.5) || file.includes('/journal/')),
  )
  if (path === undefined) return
  const left = damaged(chance, disk.bytesOf(path))
  if (left === null) disk.remove(path)
  else disk.put(path, left)
}

/** Null where nothing is left. */
function damaged(chance: Chance, bytes: Buffer): Uint8Array | null {
  const at = below(chance, bytes.length)
  const lineAt = bytes.lastIndexOf(10, at) + 1
  switch (pick(chance, ['gone', 'cut', 'cut at a line', 'empty', 'bit', 'line', 'zeros'] as const)) {
    case 'gone':
      return null
    case 'cut':
      return bytes.subarray(0, at)
    case 'cut at a line':
      return bytes.subarray(0, lineAt)
    case 'empty':
      return Buffer.alloc(0)
    case 'bit':
      return bytes.length === 0 ? bytes : bytes.with(at, (bytes[at] as number) ^ (1 << below(chance, 8)))
    case 'line': {
      const end = bytes.indexOf(10, lineAt) + 1
      return Buffer.concat([bytes.subarray(0, lineAt), bytes.subarray(end === 0 ? bytes.length : end)])
    }
    case 'zeros':
      return Buffer.concat([bytes.subarray(0, at), Buffer.alloc(bytes.length - at)])
  }
}

const allFiles = (disk: SimDisk, path: string): string[] =>
  disk.list(path).flatMap(({ name, isFolder }) => (isFolder ? allFiles(disk, `${path}/${name}`) : [`${path}/${name}`]))

/** Opens it, repaired where it does not, and looks whether everything is there that any file had. */
async function judge(chance: Chance, disk: SimDisk, contents: readonly string[]): Promise<string | null> {
  const had = inFiles(disk)
  const isSound = faultsOf(disk).length === 0
  const repair = async () => {
    await repairLog(folder, disk)
    const [fault] = faultsOf(disk)
    return fault === undefined ? null : `repaired, and still: ${fault}`
  }
  const wrong = isLikely(chance, 0.5) ? await repair() : null
  let opened = await appendTo(disk, 1)
  if (typeof opened === 'string') {
    if (isSound) return `does not open, and check finds nothing: ${opened}`
    const still = await repair()
    if (still !== null) return still
    opened = await appendTo(disk, 1)
  }
  if (typeof opened === 'string') return `does not open after a repair: ${opened}`
  return wrong ?? judgeOpened(disk, contents, had, opened)
}

async function judgeOpened(
  disk: SimDisk,
  contents: readonly string[],
  had: Had,
  { from, marks }: Opened,
): Promise<string | null> {
  if (from <= had.attested) return `the next event is ${from}, and ${had.attested} was acknowledged`
  if (JSON.stringify(marks) !== JSON.stringify(had.marks))
    return `the marks are ${JSON.stringify(marks)}, not ${JSON.stringify(had.marks)}`
  // The journal is freed meanwhile: what topic files have is left.
  const more = await appendTo(disk, 60)
  if (typeof more === 'string') return `does not open again: ${more}`
  await repairLog(folder, disk)
  const [fault] = faultsOf(disk)
  if (fault !== undefined) return `after all: ${fault}`
  const found = new Map([...readLog(folder, { disk })].map(({ seq, content }) => [seq, content]))
  for (const seq of had.seqs)
    if (found.get(seq) !== contents[seq - 1]) return `event ${seq} was in a file, and is ${found.get(seq)}`
  const holes = readHoles(disk, folder)
  for (let seq = 1; seq < from; seq++)
    if (!found.has(seq) && behindHoles(holes, seq) === seq) return `event ${seq} is passed over`
  return null
}

type Opened = { readonly from: number; readonly marks: unknown }
type Had = { readonly seqs: ReadonlySet<number>; readonly attested: number; readonly marks: unknown }

/** What is whole in any file, but for the end of a group that nobody was told of. */
function inFiles(disk: SimDisk): Had {
  const lines = new Map<number, string>()
  let attested = Math.max(readWatermark(disk, folder)?.durable ?? 0, readCheckpoint(disk, folder)?.through ?? 0)
  for (const segment of everySegment(disk, folder)) {
    const isJournal = segment.path.startsWith(journalFolder(folder))
    if (isJournal) attested = Math.max(attested, segment.firstSeq - 1)
    for (const { seq, text } of wholeLines(disk, segment)) {
      lines.set(seq, text)
      attested = Math.max(attested, isJournal ? durableIn(text) : seq + followingIn(text))
    }
  }
  const newest = Math.max(0, ...lines.keys())
  for (let seq = newest; seq > attested && followingIn(lines.get(seq) ?? '') > 0; seq--) lines.delete(seq)
  // Behind a gap in what nobody was told of is a torn tail.
  for (let seq = attested + 1; seq <= newest; seq++)
    if (!lines.has(seq)) for (let torn = seq; torn <= newest; torn++) lines.delete(torn)
  const marks = new Map()
  for (const [, text] of [...lines].sort(([a], [b]) => a - b)) {
    const id = parseEventId(idIn(text))
    marks.set(id.source, markAfter(marks.get(id.source) ?? noMark, id))
  }
  return { seqs: new Set(lines.keys()), attested, marks: sorted(marks) }
}

const sorted = (marks: Iterable<[string, unknown]>) =>
  Object.fromEntries([...marks].filter(([name]) => name !== 'later').sort(([a], [b]) => (a < b ? -1 : 1)))

/** Opens it and says something; why it does not. */
async function appendTo(disk: SimDisk, events: number): Promise<string | Opened> {
  try {
    const log = await openEventLog(folder, { disk, segmentBytes: 1_000 })
    const { marks, head } = await log.state()
    const epoch = (marks.later?.fact?.epoch ?? 0) + 1
    for (let n = 0; n < events; n++) {
      await log.append([
        [fact('later', epoch, n, pick(chanceOf(n), ['md.bar', 'system.time', 'risk.rejected', 'pnl.update']))],
      ])
      if (n % 10 === 0) await turn()
    }
    await log.close()
    return { from: head + 1, marks: sorted(Object.entries(marks)) }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return `${error.file}: ${error.message}`
  }
}

function faultsOf(disk: SimDisk): string[] {
  const faults: string[] = []
  // The bodies of these tests say nothing that matters.
  checkLog(folder, {
    disk,
    onFault: ({ kind, file, message }) =>
      !['schema', 'chain'].includes(kind) && faults.push(`${file}: ${kind}: ${message}`),
  })
  return faults
}

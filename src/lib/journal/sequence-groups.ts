import type { AppendResult, Run, SourceMark } from '#lib/bus/log-port.ts'
import { type BodyHead, headOf } from '#lib/journal/body-head.ts'
import { judgeGroup, noMark } from '#lib/journal/marks.ts'

export type Sequenced = {
  readonly seq: number
  readonly topic: string
  readonly at: number
  readonly body: string
  /** How many events of its group are behind it. */
  readonly following: number
}

/** Marks of all of them are said with every welcome. Names without a dash are those of identities, which are few. */
export const sourcesMost = 1_024

export type Append = { readonly groups: readonly (readonly string[])[]; readonly runs?: readonly Run[] | undefined }

/** Gives every group its place after `head`: moves `marks` on, adds what is new to `into`, and says what became of each. */
export function sequenceGroups(
  { groups, runs = [] }: Append,
  marks: Map<string, SourceMark>,
  head: number,
  into: Sequenced[],
): AppendResult[] {
  let seq = head
  const speakers = runs.flatMap(([count, speaker]) => Array<number>(count).fill(speaker))
  const refused = new Set<number>()
  return groups.map((bodies, i): AppendResult => {
    const speaker = speakers[i]
    if (speaker !== undefined && refused.has(speaker)) return { kind: 'refused', reason: 'follows what was refused' }
    const result = place(bodies)
    if (result.kind === 'refused' && speaker !== undefined) refused.add(speaker)
    return result
  })

  function place(bodies: readonly string[]): AppendResult {
    const heads = bodies.map(headOf)
    if (!heads.every((event) => event !== null)) return { kind: 'refused', reason: 'is not the text of an event' }
    const source = heads[0]?.id.source
    const ids = heads.map(({ id }) => id)
    const mark = source === undefined ? undefined : marks.get(source)
    if (mark === undefined && source?.includes('-') && marks.size >= sourcesMost)
      return { kind: 'refused', reason: `${source} is one source too many: a log has ${sourcesMost} at most` }
    const verdict = judgeGroup(mark ?? noMark, ids, seq)
    if (verdict.kind !== 'append') return verdict
    const from = seq + 1
    for (let i = verdict.skip; i < bodies.length; i++) {
      const { topic, at } = heads[i] as BodyHead
      into.push({ seq: ++seq, topic, at, body: bodies[i] as string, following: bodies.length - 1 - i })
    }
    marks.set(source as string, verdict.mark)
    return { kind: 'appended', from, to: seq }
  }
}

/** What would have been appended is refused for want of space; a repeat is one only when it repeats what is in the log. */
export const refusedFull = (
  { groups }: Append,
  results: readonly AppendResult[],
  marks: ReadonlyMap<string, SourceMark>,
  head: number,
): AppendResult[] =>
  groups.map((group, i): AppendResult => {
    const result = results[i] as AppendResult
    if (result.kind === 'refused') return result
    const [alone] = sequenceGroups({ groups: [group] }, new Map(marks), head, [])
    return alone?.kind === 'repeat' ? alone : { kind: 'refused', reason: 'disk_full' }
  })

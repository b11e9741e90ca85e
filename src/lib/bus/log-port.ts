/** The newest of what a source has in the log. */
export type SourceMark = {
  readonly fact: { readonly epoch: number; readonly n: number } | null
  readonly answer: { readonly cause: number; readonly n: number } | null
}
export type Marks = Readonly<Record<string, SourceMark>>

/** Those of an identity's own sources. */
export const marksOf = (identity: string, marks: Marks): Marks =>
  Object.fromEntries(
    Object.entries(marks).filter(([source]) => source === identity || source.startsWith(`${identity}-`)),
  )

export type LogState = {
  readonly run: string
  /** Drawn when the run began: no other has it, whatever its name. */
  readonly runId: string
  readonly head: number
  readonly marks: Marks
  /** Of namespaces for which something was said; all others are `fsync`. */
  readonly durability: Readonly<Record<string, 'fsync' | 'written'>>
  /** How full the disk is that the log is on, in whole percent; 0 where there is none. */
  readonly diskUsedPercent: number
}

/** So many groups that one and the same has said, by a number of the append's own. */
export type Run = readonly [count: number, speaker: number]

/** What became of a group: in the log from seq to seq, there already, or refused. */
export type AppendResult =
  | { readonly kind: 'appended'; readonly from: number; readonly to: number }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'refused'; readonly reason: string }

export type ReadRequest = {
  readonly from: number
  /** The last seq wanted; the head where nothing is said. */
  readonly to?: number
  readonly maxBytes: number
  /** Topics, namespaces or patterns; all of them where nothing is said. */
  readonly topics?: readonly string[]
}

/** Everything in [from, to] of the topics asked for, as content with its seal; `to` below `from` where there is nothing yet. */
export type ReadResult = {
  readonly from: number
  readonly to: number
  readonly lines: readonly string[]
  /** Nothing is given: what was asked for is there only from this seq on, what was before has been removed. */
  readonly firstKept?: number
  /** Nothing is given: what comes next is damaged, and why. What is whole in front of it was given before. */
  readonly damage?: string
}

/** What a log does for a router: one contract, whatever keeps the events. */
export interface LogPort {
  state(): Promise<LogState>
  /**
   * Appends groups of bodies in this order as one commit, each group in the log together or not at all. Resolves when what was
   * appended is durable. Rejects when that cannot be known: then the connection or the log is gone, and the writer asks again. `runs` say who
   * said them, in order: after the first of a speaker's groups that is refused all of its others are. Without them each stands for itself.
   */
  append(groups: readonly (readonly string[])[], runs?: readonly Run[]): Promise<readonly AppendResult[]>
  read(request: ReadRequest): Promise<ReadResult>
  close(): Promise<void>
}

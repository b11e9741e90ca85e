import type { ExitsLeft } from '#lib/domain/exits-left.ts'

/** Since when exits are on their way, microseconds, what the order engine answers so, and the exit whose place they take. */
export type ExitsDue = { readonly at: number; readonly seq: number; readonly exit?: string }

/** The first `risk.superseded` of a book since its last verdict, and when it was said, microseconds; null once the order engine knows of it. */
export type Superseding = { readonly by: string; readonly at: number } | null

/** What the gate knows of exits of brackets, by the fill of the entry that they follow. [R47] */
export type Exits = {
  /** What those at work, due or taken have yet to close. */
  readonly left: ExitsLeft
  /** Those that are yet to be said. */
  readonly due: Map<string, ExitsDue>
  /** Those that a wish or a halt took. */
  readonly taken: Set<string>
  /** By `bookKey`. */
  readonly superseding: Map<string, Superseding>
}

export const noExits = (): Exits => ({ left: new Map(), due: new Map(), taken: new Set(), superseding: new Map() })

export const exitsToJson = ({ left, due, taken, superseding }: Exits) => ({
  left: [...left],
  due: [...due],
  taken: [...taken],
  superseding: [...superseding],
})

export const exitsFromJson = ({ left, due, taken, superseding }: ReturnType<typeof exitsToJson>): Exits => ({
  left: new Map(left),
  due: new Map(due),
  taken: new Set(taken),
  superseding: new Map(superseding),
})

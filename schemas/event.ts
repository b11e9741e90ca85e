import type { PayloadOf, Topic } from './catalogue.ts'

/** An event as every service sees it: immutable, schema-checked, ordered by `seq`. */
export type Event<T extends Topic = Topic> = {
  [K in T]: {
    readonly seq: number
    readonly id: string
    readonly topic: K
    readonly v: number
    readonly at: number
    readonly source: string
    readonly cause: string | null
    readonly payload: PayloadOf<K>
  }
}[T]

/** What a service says; the runner makes it an event: id from its cause, `at` from its input, `seq` from the log. */
export type Statement<T extends Topic = Topic> = {
  [K in T]: { readonly topic: K; readonly payload: PayloadOf<K> }
}[T]

/** What an edge learned from outside. `n` counts within `epoch`, so that saying it twice is harmless. */
export type Fact<T extends Topic = Topic> = Statement<T> & {
  readonly at: number
  readonly epoch: number
  readonly n: number
}

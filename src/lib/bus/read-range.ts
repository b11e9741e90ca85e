import { seqIn } from '#lib/codec/event-text.ts'
import { Connection } from './connection.ts'

export type Door = {
  readonly url: string
  readonly identity: string
  readonly secret: string
  readonly ca?: string | undefined
}
export type Range = { readonly from: number; readonly to: number; readonly topics: readonly string[] }

/**
 * Reads what is in the log already, of these topics, line by line and in order. Ends early, without a word, where the router refuses (the log does
 * not have all of it any more) or goes away.
 */
export function readRange(door: Door, { from, to, topics }: Range, take: (line: string) => void): Promise<void> {
  if (to < from) return Promise.resolve()
  return new Promise((resolve) => {
    const end = () => {
      resolve()
      void connection.close()
    }
    const connection: Connection = new Connection({
      ...door,
      comesBack: false,
      wish: () => ({ from, topics: [...topics], isService: false }),
      onWelcome: () => undefined,
      onEvents(_, newest, lines) {
        for (const line of lines) if (seqIn(line) <= to) take(line)
        if (newest >= to) end()
      },
      onRefused: end,
      onLost: end,
    })
  })
}

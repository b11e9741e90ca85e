import type { NewestNumber } from '../raw/raw-record.ts'
import type { LiveWish } from './live-venue.ts'

/** Takes the newest lines of what was told before, at most so many, in order; each is an event in JSON. */
export type TellAgain = (most: number, take: (line: string) => void) => void | Promise<void>

/** Most streams are found among few events; of a stream that is quieter than a million events of the others the numbers begin anew. */
const looks = [20_000, 1_000_000]

/** The newest number of each stream that was told before a start, so that what is lost over the start is in a gap. */
export async function newestNumbers(tellAgain: TellAgain, { symbols, streams }: LiveWish): Promise<NewestNumber[]> {
  const numbered = streams.filter((stream) => stream === 'trades' || stream === 'depth')
  let found: NewestNumber[] = []
  if (numbered.length === 0) return found
  for (const most of looks) {
    const newest = new Map<string, NewestNumber>()
    let lines = 0
    await tellAgain(most, (line) => {
      lines++
      hear(newest, line)
    })
    found = [...newest.values()]
    // How many a wide wish stands for is not known.
    const wanted = symbols.some((symbol) => symbol.endsWith('*')) ? Number.POSITIVE_INFINITY : symbols.length
    if (lines < most || found.length >= numbered.length * wanted) break
  }
  return found
}

type Said = {
  readonly topic: string
  readonly payload: {
    readonly instrument?: string
    readonly stream?: string
    readonly code?: string
    readonly kind?: string
    readonly sequence?: number
    readonly lastSequence?: number
    readonly exchangeAt?: number
  }
}

/** Most are quotes, which are not counted one by one: only what is needed is parsed. */
const isNeeded = (line: string): boolean =>
  line.includes('"topic":"md.depth"') ||
  (line.includes('"topic":"md.tick"') && line.includes('"kind":"trade"')) ||
  line.includes('"code":"sequence_restarted"')

function hear(newest: Map<string, NewestNumber>, line: string): void {
  if (!isNeeded(line)) return
  const { topic, payload } = JSON.parse(line) as Said
  const { instrument = '', exchangeAt: at = null } = payload
  if (topic === 'md.status') {
    // What comes behind it counts anew.
    const isBook = payload.stream === 'depth' || payload.stream === 'book'
    newest.delete(`${isBook ? 'depth' : 'trades'} ${instrument}`)
    return
  }
  const stream = topic === 'md.depth' ? 'depth' : 'trades'
  const number = payload.lastSequence ?? payload.sequence
  const key = `${stream} ${instrument}`
  if (number !== undefined && number > (newest.get(key)?.number ?? -1))
    newest.set(key, { instrument, stream, number, at })
}

import { seqIn } from '#lib/codec/event-text.ts'
import type { LogPort } from './log-port.ts'

const firstWindow = 4_096

/** Has the feed of the log ended? Behind its end the market says nothing but what was built from it: so the newest of the market tells. */
export async function hasEnded(log: LogPort): Promise<boolean> {
  const { head } = await log.state()
  let isLast = false
  for (let to = head, size = firstWindow; to > 0; size *= 2) {
    const from = Math.max(1, to - size + 1)
    const market = await marketIn(log, from, to)
    const status = market.findLast((line) => line.includes('"topic":"md.status"'))
    if (status !== undefined) return status.includes('"state":"ended"')
    // The end may be just in front of what was built from it.
    if (isLast) return false
    isLast = market.length > 0
    to = from - 1
  }
  return false
}

async function marketIn(log: LogPort, from: number, to: number): Promise<readonly string[]> {
  const market: string[] = []
  for (let next = from; next <= to; ) {
    const read = await log.read({ from: next, to, maxBytes: 1 << 20, topics: ['md'] })
    for (const line of read.lines) if (seqIn(line) <= to) market.push(line)
    if (read.to < next) break
    next = read.to + 1
  }
  return market
}

import type { LogPort } from './log-port.ts'

/** Is the newest `md.status` of the log an end? */
export async function hasEnded(log: LogPort): Promise<boolean> {
  const { head } = await log.state()
  let newest = ''
  for (let from = 1; from <= head; ) {
    const { to, lines } = await log.read({ from, to: head, maxBytes: 1 << 20, topics: ['md.status'] })
    newest = lines.at(-1) ?? newest
    from = to + 1
  }
  return newest.includes('"state":"ended"')
}

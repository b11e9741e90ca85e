/**
 * A consumer of the fault harness: writes down what it was shown, `seq crc` a line, and goes on behind that however often it is killed. A
 * frame that does not begin where the last one ended is written down as a gap.
 */
import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { readSecret } from '#lib/bus/auth.ts'
import { Connection } from '#lib/bus/connection.ts'

const [url = '', keys = '', file = '', topics = '', pauseMs = '0'] = process.argv.slice(2)

let seen = recorded()
let told = seen
const connection = new Connection({
  url,
  identity: 'operator',
  secret: readSecret(keys, 'operator'),
  wish: () => {
    told = seen
    return { from: seen + 1, topics: topics === '' ? null : topics.split(','), isService: false }
  },
  onWelcome: () => undefined,
  onEvents: (from, to, lines) => {
    const written: string[] = []
    if (from !== told + 1) written.push(`gap ${told + 1} ${from}\n`)
    for (const line of lines) {
      seen = Number(line.slice(7, line.indexOf(',')))
      written.push(`${seen} ${crc32(line)}\n`)
    }
    told = to
    if (written.length > 0) appendFileSync(file, written.join(''))
  },
  onRefused: (reason) => {
    process.stderr.write(`consumer: refused: ${reason}\n`)
    process.exit(1)
  },
})

process.on('message', ({ ping }: { ping: number }) => setImmediate(() => process.send?.({ pong: ping })))
process.once('disconnect', () => process.exit(1))

for (const ms = Number(pauseMs); ms > 0; ) {
  connection.pause()
  await sleep(ms)
  connection.resume()
  await sleep(ms)
}

/** The newest seq that is written down; a line that was torn by a kill is cut off. */
function recorded(): number {
  if (!existsSync(file)) return 0
  const text = readFileSync(file, 'utf8')
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  if (whole.length < text.length) truncateSync(file, whole.length)
  return Number(/(\d+) \d+\n$/.exec(whole)?.[1] ?? 0)
}

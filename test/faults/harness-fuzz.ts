/**
 * `npm run fuzz:bus -- --frames 100000 --seed 1`: malformed frames against a live router, with an honest publisher beside them. Ends with 1 when one got
 * no error or more than one, the router fell, its memory grew, or the honest one was refused or waited more than twice as long as when it is alone.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { WebSocket } from 'ws'
import { ensureSecret, proofOf, readSecret } from '#lib/bus/auth.ts'
import { factBody } from '#lib/bus/bus-client.ts'
import { formatFrame, protocol } from '#lib/bus/frame.ts'
import { drawBelow, drawInteger, type SeededRandom, seedRandom } from '#lib/market/seeded-random.ts'
import { tickOf } from './harness-fact.ts'

export type FuzzTally = {
  frames: number
  /** What came back: a refusal, a code of the WebSocket, or an acknowledgement of a frame that chance left whole. */
  readonly outcomes: Record<string, number>
  readonly wrong: string[]
  rssGrewBytes: number
  /** How long the honest one waited for an acknowledgement in turns with malformed frames beside it, and in turns without. */
  readonly besideMs: number[]
  readonly aloneMs: number[]
}

type Malformed = { readonly kind: string; readonly isKnown: boolean; send(socket: WebSocket): void }

const root = join(import.meta.dirname, '..', '..')
const atOnce = 4
const aloneTurnMs = 100
const besideTurnMs = 300
/** How much longer the honest may wait. */
const delayMost = 2

/** Sends that many, and says what came of it. */
export async function fuzzRouter(frames: number, seed: number): Promise<FuzzTally> {
  const folder = mkdtempSync(join(tmpdir(), 'trader-fuzz-'))
  const keys = join(folder, 'keys')
  for (const identity of ['router', 'md', 'clock']) ensureSecret(keys, identity)
  const log = await start('log', '--keys', keys, '--folder', join(folder, 'logs'), '--port', '0')
  const router = await start('router', '--keys', keys, '--port', '0', '--log', log.url)
  const tally: FuzzTally = { frames: 0, outcomes: {}, wrong: [], rssGrewBytes: 0, besideMs: [], aloneMs: [] }
  try {
    const honest = openHonest(router.url, readSecret(keys, 'clock'), tally)
    await sleep(500)
    await honest.take()
    // Whoever sends such frames does so from elsewhere: it is the router's time that counts, not ours.
    setPriority(19)
    const random = seedRandom(seed)
    const secret = readSecret(keys, 'md')
    let next = 0
    const fuzz = async (through: number, untilMs: number) => {
      while (next < through && tally.wrong.length < 10 && performance.now() < untilMs) {
        next++
        await fuzzOnce(router.url, secret, malformed(random), tally)
      }
    }
    const takeTurns = async (through: number) => {
      while (next < through && tally.wrong.length < 10) {
        await sleep(aloneTurnMs)
        tally.aloneMs.push(...(await honest.take()))
        const untilMs = performance.now() + besideTurnMs
        await Promise.all(Array.from({ length: atOnce }, () => fuzz(through, untilMs)))
        tally.besideMs.push(...(await honest.take()))
      }
    }
    // Its heap has its size after a first part.
    await takeTurns(Math.min(2_000, Math.floor(frames / 4)))
    const before = await rssOf(router.url)
    await takeTurns(frames)
    tally.rssGrewBytes = (await rssOf(router.url)) - before
    honest.close()
    tally.frames = next
    if (router.child.exitCode !== null) tally.wrong.push('the router has ended')
  } finally {
    for (const { child } of [router, log]) child.kill('SIGKILL')
    await sleep(50)
    rmSync(folder, { recursive: true, force: true })
  }
  return tally
}

/** Of the quantiles that are compared: how long the honest one waited in both kinds of turns, and whether the one is too much longer. */
const delaysOf = ({ besideMs, aloneMs }: Pick<FuzzTally, 'besideMs' | 'aloneMs'>) =>
  [0.5, 0.99].map((quantile) => {
    const [beside, alone] = [besideMs, aloneMs].map(
      (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length * quantile)] ?? Number.NaN,
    ) as [number, number]
    return { quantile, beside, alone, isHeld: beside <= delayMost * alone }
  })

async function fuzzOnce(url: string, secret: string, frame: Malformed, tally: FuzzTally): Promise<void> {
  if (frame.kind === 'no frame of a WebSocket') return fuzzBytes(url, tally)
  const socket = new WebSocket(url, { perMessageDeflate: false })
  const heard: string[] = []
  let isSent = false
  let isWelcome = false
  const send = () => {
    isSent = true
    frame.send(socket)
  }
  socket.on('error', () => undefined)
  socket.on('message', (data) => {
    const header = JSON.parse(String(data).split('\n')[0] ?? '') as { t: string; nonce: string }
    if (header.t === 'challenge' && frame.isKnown) {
      const proof = proofOf(secret, header.nonce, 'md')
      const wish = { from: null, topics: null, isService: false }
      socket.send(formatFrame({ t: 'hello', protocol, identity: 'md', proof, ...wish }))
    } else if (header.t === 'challenge') send()
    else if (header.t === 'welcome') {
      isWelcome = true
      send()
    } else {
      heard.push(header.t)
      if (header.t === 'ack') socket.close()
    }
  })
  const code = await Promise.race([
    new Promise<number>((resolve) => socket.once('close', resolve)),
    sleep(15_000, 'no answer' as const, { ref: false }),
  ])
  socket.terminate()
  const outcome = heard.length === 0 ? `closed ${code}` : heard.join(' ')
  const key = `${frame.kind}: ${outcome}`
  tally.outcomes[key] = (tally.outcomes[key] ?? 0) + 1
  // 1006 is a line that broke without a word.
  const isSaid = typeof code === 'number' && code >= 1_002 && code !== 1_006
  const isOne = heard.length === 1 || (heard.length === 0 && isSaid)
  if (!isOne || !isSent || (frame.isKnown && !isWelcome))
    tally.wrong.push(`${key} (sent ${isSent}, welcome ${isWelcome})`)
}

/** Half a handshake, or bytes that are none: one refusal of HTTP, and the connection ends. */
async function fuzzBytes(url: string, tally: FuzzTally): Promise<void> {
  const { port } = new URL(url)
  const socket = createConnection({ port: Number(port), host: '127.0.0.1' })
  socket.on('error', () => undefined)
  socket.end('GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 99\r\n\r\n\u0000')
  let said = ''
  socket.on('data', (bytes) => {
    said += bytes
  })
  await Promise.race([new Promise((resolve) => socket.once('close', resolve)), sleep(15_000, null, { ref: false })])
  const key = `no frame of a WebSocket: ${said.split('\r\n')[0]}`
  tally.outcomes[key] = (tally.outcomes[key] ?? 0) + 1
  if (!socket.closed || said.match(/^HTTP\/1\.1 4\d\d /gm)?.length !== 1) tally.wrong.push(key)
}

let tick = 0
function malformed(random: SeededRandom): Malformed {
  const isKnown = drawBelow(random, 4) > 0
  const text = (kind: string, frame: string): Malformed => ({ kind, isKnown, send: (socket) => socket.send(frame) })
  const some = (count: number) =>
    Array.from({ length: count }, () => String.fromCharCode(32 + drawBelow(random, 95))).join('')
  const body = factBody('md', tickOf(1, tick++))
  const publish = (line: string, groups: unknown = [1]) => `${JSON.stringify({ t: 'publish', k: 0, groups })}\n${line}`
  switch (drawBelow(random, 15)) {
    case 0:
      return text('bad JSON', `{"t":"publish",${some(40)}`)
    case 1:
      return text('no frame', some(1 + drawBelow(random, 300)))
    case 2:
      return text('deep nesting', `{"t":"publish","k":${'['.repeat(1_000 + drawBelow(random, 50_000))}`)
    case 3:
      return text('deep nesting in an event', publish(body.replace('"1"', '{"a":'.repeat(5_000))))
    case 4:
      return text('huge numbers', publish(body.replace(/"at":\d+/, `"at":${'9'.repeat(1 + drawBelow(random, 400))}`)))
    case 5:
      return text('huge numbers in a header', `{"t":"publish","k":1e${drawBelow(random, 999)},"groups":[1e308]}`)
    case 6:
      return text('__proto__', publish(body.replace('"kind"', '"__proto__":{"a":1},"kind"')))
    case 7:
      return text('__proto__ in a header', '{"__proto__":{"t":"publish","k":0,"groups":[1]}}\n{}')
    case 8:
      return text('wrong types', publish(body, [['1'], [-1], [0], [1.5], [null], {}, 'x', [2]][drawBelow(random, 8)]))
    case 9:
      return text(
        'wrong types in an event',
        publish(body.replace('"100.5"', ['1', 'null', '[]', '{}'][drawBelow(random, 4)] as string)),
      )
    case 10:
      return drawBelow(random, 200) === 0
        ? text('oversized', 'x'.repeat((4 << 20) + 1))
        : text('an event too many', publish(`${body}\n${body}`))
    case 11:
      return text('partial', publish(body.slice(0, 1 + drawBelow(random, body.length - 1))))
    case 12:
      return { kind: 'binary', isKnown, send: (socket) => socket.send(Buffer.from([drawBelow(random, 256), 0, 255])) }
    case 13: {
      const bytes = Buffer.from(publish(body))
      const at = drawBelow(random, bytes.length)
      bytes[at] = (bytes[at] as number) ^ (1 << (drawInteger(random) % 8))
      return { kind: 'a bit turned', isKnown, send: (socket) => socket.send(bytes, { binary: false }) }
    }
    default:
      return { kind: 'no frame of a WebSocket', isKnown: false, send: () => undefined }
  }
}

/** An honest publisher in a process of its own, so that it is the router it waits for and not us. */
function openHonest(url: string, secret: string, tally: FuzzTally) {
  const child = fork(join(import.meta.dirname, 'harness-honest.ts'), [url, secret])
  child.once('exit', (code) => {
    if (code !== null) tally.wrong.push(`the honest one ended with ${code}`)
  })
  return {
    /** Since it was asked before. */
    async take() {
      const told = new Promise<readonly number[]>((resolve) => child.once('message', resolve as never))
      child.send('report')
      const times = await told
      if (times.length === 0) tally.wrong.push('the honest one was not heard')
      return times
    },
    close: () => child.kill('SIGKILL'),
  }
}

async function rssOf(url: string): Promise<number> {
  const text = await (await fetch(`${url.replace('ws:', 'http:')}/metrics`)).text()
  return Number(/process_resident_memory_bytes (\d+)/.exec(text)?.[1])
}

function start(...args: string[]): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(join(root, 'bin', 'run.js'), args, {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    // As a tree starts them.
    env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '--max-semi-space-size=8' },
  })
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve({ child, url: (message as { url: string }).url }))
    child.once('exit', (code) => reject(new Error(`trader ${args[0]} ended with ${code}`)))
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const options = { frames: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } } as const
  const { values } = parseArgs({ options })
  const tally = await fuzzRouter(Number(values.frames), Number(values.seed))
  for (const [outcome, count] of Object.entries(tally.outcomes).sort())
    console.log(`${String(count).padStart(7)} ${outcome}`)
  const { frames, wrong, rssGrewBytes, aloneMs, besideMs } = tally
  for (const one of wrong) console.log(`wrong: ${one}`)
  const delays = delaysOf(tally)
  for (const { quantile, beside, alone } of delays)
    console.log(
      `p${quantile * 100}: the honest waited ${beside.toFixed(2)} ms beside them and ${alone.toFixed(2)} ms alone, ${(beside / alone).toFixed(2)}x`,
    )
  console.log(
    `seed ${values.seed}: ${frames} frames, ${wrong.length} wrong, router +${(rssGrewBytes / 2 ** 20).toFixed(0)} MiB, ${besideMs.length} and ${aloneMs.length} waits of the honest`,
  )
  const isHeld = wrong.length === 0 && rssGrewBytes < 100 << 20 && delays.every(({ isHeld }) => isHeld)
  process.exit(isHeld ? 0 : 1)
}

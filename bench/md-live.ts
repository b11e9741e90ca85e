/**
 * The recording of Binance USD-M at 100 times its speed, over sockets into a live tree of real processes, ten times over: events in the log,
 * how far the tree is behind at the end, backpressure, and the memory of the feed. Needs the recordings beside the repository.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type WebSocket, WebSocketServer } from 'ws'
import { readLog } from '#lib/journal/read-log.ts'
import { readRecording } from '#services/md/adapters/raw/read-recording.ts'

const speed = 100
const repeats = Number(process.env.REPEATS ?? 10)
const root = fileURLToPath(new URL('..', import.meta.url))
const file = fileURLToPath(
  new URL('../../shared/data/crypto-raw/binance-hftbacktest/usdm/btcusdt_20240808.gz', import.meta.url),
)
const records = [...readRecording([file], { badLine: () => undefined })].flatMap(({ record }) =>
  record.kind === 'frame' ? [record] : [],
)
const snapshot = records.find(({ text }) => !text.includes('"stream"'))?.text ?? ''
const frames = records.filter(({ text }) => text.includes('"stream"'))

/** The recording again, behind itself: numbers go on. */
const later = (text: string, repeat: number) =>
  repeat === 0
    ? text
    : text.replace(
        /"(U|u|pu|t|lastUpdateId)":(\d+)/g,
        (_, name, number) => `"${name}":${Number(number) + repeat * 1e9}`,
      )

let repeat = 0
const http = createServer(({ url = '' }, response) => {
  const steps = [
    { filterType: 'PRICE_FILTER', tickSize: '0.10' },
    { filterType: 'LOT_SIZE', stepSize: '0.001' },
  ]
  const listing = { symbols: [{ symbol: 'BTCUSDT', quoteAsset: 'USDT', filters: steps }] }
  response.end(url.includes('depth') ? later(snapshot, repeat) : JSON.stringify(listing))
})
const server = new WebSocketServer({ server: http })
const sockets = new Map<string, WebSocket>()
server.on('connection', (socket, { url = '' }) => sockets.set(url.startsWith('/market') ? 'market' : 'public', socket))
await new Promise<void>((resolve) => {
  http.listen(0, '127.0.0.1', resolve)
})
const { port } = http.address() as AddressInfo

const folder = mkdtempSync(join(tmpdir(), 'md-live-'))
const log = join(folder, 'logs', 'live')
writeFileSync(join(folder, 'cross.yaml'), readFileSync(join(root, 'examples', 'fast-cross.yaml')))
writeFileSync(
  join(folder, 'live.yaml'),
  `run: live
logs: ${join(folder, 'logs')}
keys: ${join(folder, 'keys')}
router: { port: 0 }
log: { durability: { md: written } }
feed: { kind: exchange, venue: binance-usdm, symbols: [BTCUSDT], streams: [trades, quotes, depth], raw: frames, wsUrl: 'ws://127.0.0.1:${port}', restUrl: 'http://127.0.0.1:${port}' }
bars: [{ instrument: BTCUSDT-PERP.BINANCE, interval: 5s }]
account: { currency: USDT, startingCash: '100000' }
venue: { fill: touch, fees: { takerBps: 1, makerBps: 0 } }
strategies: [{ file: cross.yaml, roles: { underlying: BTCUSDT-PERP.BINANCE } }]
`,
)
const tree = spawn(join(root, 'bin', 'trader'), ['supervise', '--topology', join(folder, 'live.yaml')], {
  cwd: folder,
  stdio: ['ignore', 'ignore', 'inherit'],
})

type TreeFile = { routerUrl: string; processes: { name: string; pid: number }[] }
const treeFile = (): TreeFile => JSON.parse(readFileSync(join(log, 'tree.json'), 'utf8'))
const head = async (): Promise<number> =>
  ((await (await fetch(`${treeFile().routerUrl.replace('ws', 'http')}/status`)).json()) as { head: number }).head
const memoryMb = (): number => {
  const pid = treeFile().processes.find(({ name }) => name === 'md')?.pid
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024)
}

/** Processor time of each process so far, ms. */
const processorMs = (): Map<string, number> =>
  new Map(
    treeFile().processes.map(({ name, pid }) => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return [name, (Number(fields[11]) + Number(fields[12])) * 10]
    }),
  )

type Said = {
  topic: string
  payload: { state?: string; code?: string; consumer?: string; behindEvents?: number }
}

const rows: string[] = []
let before = new Map<string, number>()
let after = new Map<string, number>()
try {
  while (sockets.size < 2 || !existsSync(join(log, 'tree.json'))) await sleep(50)
  await sleep(1_000)
  before = processorMs()
  for (; repeat < repeats; repeat++) {
    const headBefore = await head()
    const tookMs = await play()
    const ended = performance.now()
    const behindMs = (await settled()) - ended
    const events = (await head()) - headBefore
    const columns = [
      repeat + 1,
      frames.length,
      (tookMs / 1000).toFixed(2),
      events,
      Math.max(0, Math.round(behindMs)),
      memoryMb(),
    ]
    rows.push(`| ${columns.map((cell) => cell.toLocaleString('en-US')).join(' | ')} |`)
  }
  after = processorMs()
} finally {
  tree.kill('SIGTERM')
  await new Promise((resolve) => tree.once('exit', resolve))
  for (const socket of sockets.values()) socket.terminate()
  http.closeAllConnections()
  http.close()
}
const counts = new Map<string, number>()
/** Who fell behind, and how far. */
const behind: string[] = []
for (const { content } of readLog(log)) {
  const { topic, payload } = JSON.parse(content) as Said
  if (topic === 'system.backpressure' && payload.state === 'behind')
    behind.push(`${payload.consumer} by ${payload.behindEvents}`)
  const name = topic === 'md.status' ? `md.status ${payload.code ?? payload.state}` : topic
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
rmSync(folder, { recursive: true })
const realSeconds = ((frames.at(-1)?.at ?? 0) - (frames[0]?.at ?? 0)) / 1e6
process.stdout.write(`The recording of Binance USD-M (${frames.length.toLocaleString('en-US')} frames of ${realSeconds.toFixed(0)} s: depth, best quotes, trades) over sockets at ${speed} times its speed into a live tree of real processes that keeps its raw frames; ${repeats} times in one tree, each with the numbers of the exchange going on. Behind: from the last frame sent to the last event in the log.

| | frames | sent in s | events in the log | behind, ms | memory of the feed, MB |
|--:|--:|--:|--:|--:|--:|
${rows.join('\n')}

Processor time of a repeat, ms: ${[...after].map(([name, ms]) => `${name} ${Math.round((ms - (before.get(name) ?? 0)) / repeats)}`).join(', ')}.

system.backpressure: ${counts.get('system.backpressure') ?? 0}${behind.length > 0 ? ` (behind: ${behind.join(', ')} events)` : ''}. md.gap: ${counts.get('md.gap') ?? 0} (each repeat but the first begins behind a gap, that its snapshot heals). Statuses: ${[
  ...counts,
]
  .filter(([name]) => name.startsWith('md.status'))
  .map(([name, count]) => `${name.slice(10)} ${count}`)
  .join(', ')}.
`)

/** Sends every frame when its time has come; gives how long it took. */
async function play(): Promise<number> {
  const first = frames[0]?.at ?? 0
  const started = performance.now()
  for (const { at, text } of frames) {
    const dueMs = started + (at - first) / 1000 / speed
    while (dueMs > performance.now()) await sleep(1)
    sockets.get(text.startsWith('{"stream":"btcusdt@trade') ? 'market' : 'public')?.send(later(text, repeat))
  }
  return performance.now() - started
}

/** When the newest event came into the log; it has been quiet since. */
async function settled(): Promise<number> {
  let newest = { head: -1, at: performance.now() }
  while (performance.now() - newest.at < 1_500) {
    const now = await head()
    if (now > newest.head + 20) newest = { head: now, at: performance.now() }
    await sleep(20)
  }
  return newest.at
}

/** Starts the servers that the bus benchmark compares, each with an empty store in a folder of its own. */
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocketServer } from 'ws'
import { ensureSecret, readSecret } from '#lib/bus/auth.ts'
import { type Door, makeNatsStream } from './bus-clients.ts'

export type Server = { readonly door: Door; readonly pids: readonly number[]; stop(): Promise<void> }

const root = join(import.meta.dirname, '..')

/** `trader log` and `trader router`, two processes, as they are built in dist/. */
export async function startTrader(folder: string): Promise<Server> {
  const keys = join(folder, 'keys')
  for (const identity of ['router', 'md', 'operator']) ensureSecret(keys, identity)
  const log = await ready(['log', '--folder', join(folder, 'logs'), '--keys', keys, '--port', '0'])
  const router = await ready(['router', '--keys', keys, '--port', '0', '--log', log.url])
  const secret = readSecret(keys, 'md') + readSecret(keys, 'operator')
  return {
    door: { kind: 'trader', url: router.url, secret },
    pids: [log.child.pid as number, router.child.pid as number],
    async stop() {
      await end(router.child)
      await end(log.child)
    },
  }
}

export type Redis = 'always' | 'everysec'
export async function startRedis(folder: string, fsync: Redis): Promise<Server | null> {
  if (spawnSync('redis-server', ['--version']).error !== undefined) return null
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const options = ['--port', port, '--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', fsync]
  const child = spawn('redis-server', options.map(String), { stdio: 'ignore' })
  await untilOpen(port)
  return {
    door: { kind: 'redis', url: `tcp://127.0.0.1:${port}` },
    pids: [child.pid as number],
    stop: () => end(child),
  }
}

export async function startNats(
  folder: string,
  sync: 'always' | 'default',
  kind: 'nats' | 'nats-batch',
): Promise<Server | null> {
  const program = process.env.NATS_SERVER ?? 'nats-server'
  if (spawnSync(program, ['--version']).error !== undefined) return null
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const interval = sync === 'always' ? ', sync_interval: always' : ''
  const config = join(folder, 'nats.conf')
  writeFileSync(config, `host: 127.0.0.1\nport: ${port}\njetstream { store_dir: "${folder}"${interval} }\n`)
  const child = spawn(program, ['-c', config], { stdio: 'ignore' })
  await untilOpen(port)
  const url = `tcp://127.0.0.1:${port}`
  await sleep(500)
  await makeNatsStream(url)
  return { door: { kind, url }, pids: [child.pid as number], stop: () => end(child) }
}

/** A WebSocket server that passes on what it gets, and keeps nothing: the price of the sockets alone. */
export async function startRelay(): Promise<Server> {
  const child = fork(join(import.meta.dirname, 'bus-servers.ts'), ['relay'])
  const port = await new Promise<number>((resolve) => child.once('message', (message) => resolve(Number(message))))
  return { door: { kind: 'relay', url: `ws://127.0.0.1:${port}` }, pids: [child.pid as number], stop: () => end(child) }
}

if (process.argv[2] === 'relay') {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  const subscribers = new Set<import('ws').WebSocket>()
  server.on('connection', (socket, { url }) => {
    if (url === '/subscribe') subscribers.add(socket)
    else
      socket.on('message', (data: Buffer) => {
        for (const subscriber of subscribers) subscriber.send(data, { binary: false })
        let count = 1
        for (let at = data.indexOf(10); at >= 0; at = data.indexOf(10, at + 1)) count++
        socket.send(String(count))
      })
  })
  server.on('listening', () => process.send?.((server.address() as { port: number }).port))
}

function ready(args: readonly string[]): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(join(root, 'bin', 'run.js'), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve({ child, url: (message as { url: string }).url }))
    child.once('exit', (code) => reject(new Error(`trader ${args[0]} ended with ${code}`)))
  })
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000)
  return ended.finally(() => clearTimeout(late))
}

function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    }),
  )
}

async function untilOpen(port: number): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ port, host: '127.0.0.1' })
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (isOpen) return
    await sleep(50)
  }
  throw new Error(`nothing listens on port ${port}`)
}

/** One client for each bus that is compared: publish with acknowledgements, and subscribe. Redis and NATS are spoken by hand over TCP. */
import { createConnection, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import { Connection } from '#lib/bus/connection.ts'
import { Outbox } from '#lib/bus/outbox.ts'

export type Publisher = {
  /** Says events; every one of them is acknowledged through `onAck`, which hears how many are. */
  publish(bodies: readonly string[]): void
}
export type Door = {
  readonly kind: 'trader' | 'redis' | 'nats' | 'nats-batch' | 'relay'
  readonly url: string
  /** Of trader: that of the publisher, then that of the subscribers. */
  readonly secret?: string
}

export async function openPublisher(door: Door, onAck: (count: number) => void): Promise<Publisher> {
  switch (door.kind) {
    case 'trader':
      return traderPublisher(door, onAck)
    case 'redis':
      return redisPublisher(door, onAck)
    case 'nats':
      return natsPublisher(door, onAck)
    case 'nats-batch':
      return natsBatchPublisher(door, onAck)
    case 'relay':
      return relayPublisher(door, onAck)
  }
}

export async function openSubscriber(door: Door, onEvents: (texts: readonly string[]) => void): Promise<void> {
  switch (door.kind) {
    case 'trader':
      return traderSubscriber(door, onEvents)
    case 'redis':
      return redisSubscriber(door, onEvents)
    case 'nats':
    case 'nats-batch':
      return natsSubscriber(door, onEvents)
    case 'relay':
      return relaySubscriber(door, onEvents)
  }
}

function traderPublisher({ url, secret = '' }: Door, onAck: (count: number) => void): Promise<Publisher> {
  const outbox = new Outbox()
  let acknowledged = 0
  return new Promise((resolve, reject) => {
    const connection = new Connection({
      url,
      identity: 'md',
      secret: secret.slice(0, 64),
      wish: () => ({ from: null, topics: null, isService: false }),
      onWelcome: () =>
        resolve({
          publish(bodies) {
            for (const body of bodies) outbox.push('', [body])
            outbox.flush(connection)
          },
        }),
      onAck: (through) => {
        outbox.ack(through)
        outbox.flush(connection)
        onAck(through - acknowledged)
        acknowledged = through
      },
      onRefused: (reason) => reject(new Error(reason)),
    })
  })
}

function traderSubscriber({ url, secret = '' }: Door, onEvents: (texts: readonly string[]) => void): Promise<void> {
  let seen: number | null = null
  return new Promise((resolve, reject) => {
    new Connection({
      url,
      identity: 'operator',
      secret: secret.slice(64),
      wish: () => ({ from: seen === null ? 'head' : seen + 1, topics: ['md.tick'], isService: false }),
      onWelcome: ({ head }) => {
        seen ??= head
        resolve()
      },
      onEvents: (_from, to, lines) => {
        seen = to
        onEvents(lines)
      },
      onRefused: (reason) => reject(new Error(reason)),
    })
  })
}

async function relayPublisher({ url }: Door, onAck: (count: number) => void): Promise<Publisher> {
  const socket = await openSocket(`${url}/publish`)
  socket.on('message', (data) => onAck(Number(String(data))))
  return { publish: (bodies) => socket.send(bodies.join('\n')) }
}

async function relaySubscriber({ url }: Door, onEvents: (texts: readonly string[]) => void): Promise<void> {
  const socket = await openSocket(`${url}/subscribe`)
  socket.on('message', (data) => onEvents(String(data).split('\n')))
}

function openSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false, generateMask: (mask) => void mask.fill(0) })
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket))
    socket.once('error', reject)
  })
}

const stream = 'bench'

async function redisPublisher({ url }: Door, onAck: (count: number) => void): Promise<Publisher> {
  const socket = await connectTcp(url)
  // Every reply is `$<length>\r\n<id>\r\n`: two line ends.
  let ends = 0
  socket.on('data', (bytes: Buffer) => {
    if (/^-[A-Z]{3}/.test(bytes.toString('latin1', 0, 4))) throw new Error(`redis: ${bytes}`)
    let count = 0
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++
    ends += count
    const replies = ends >> 1
    ends -= replies * 2
    if (replies > 0) onAck(replies)
  })
  return {
    publish: (bodies) =>
      socket.write(
        bodies
          .map((body) => `*5\r\n$4\r\nXADD\r\n$5\r\n${stream}\r\n$1\r\n*\r\n$1\r\ne\r\n$${body.length}\r\n${body}\r\n`)
          .join(''),
      ),
  }
}

async function redisSubscriber({ url }: Door, onEvents: (texts: readonly string[]) => void): Promise<void> {
  const socket = await connectTcp(url)
  let isListening = false
  const ready = Promise.withResolvers<void>()
  const ask = (last: string) => {
    const id = `$${last.length}\r\n${last}\r\n`
    socket.write(
      `*8\r\n$5\r\nXREAD\r\n$5\r\nCOUNT\r\n$5\r\n10000\r\n$5\r\nBLOCK\r\n$1\r\n0\r\n$7\r\nSTREAMS\r\n$5\r\n${stream}\r\n${id}`,
    )
  }
  let text = ''
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1')
    if (text.startsWith('-')) throw new Error(`redis: ${text}`)
    if (!isListening) {
      const newest = readNewest(text)
      if (newest === null) return
      isListening = true
      text = ''
      ask(newest)
      ready.resolve()
      return
    }
    const found = readXread(text)
    if (found === null) return
    text = ''
    ask(found.last)
    onEvents(found.texts)
  })
  // From the entry that is now the newest: `$` would be whatever is the newest when it is read.
  socket.write(`*6\r\n$9\r\nXREVRANGE\r\n$5\r\n${stream}\r\n$1\r\n+\r\n$1\r\n-\r\n$5\r\nCOUNT\r\n$1\r\n1\r\n`)
  await ready.promise
}

/** The id of `*1 [*2 [id, *2 [field, value]]]`, or of nothing; null when it is not all there. */
function readNewest(text: string): string | null {
  if (text === '*0\r\n') return '0-0'
  const parts = text.split('\r\n')
  return parts.length === 10 ? (parts[3] as string) : null
}

/** `*1 [*2 [stream, *N [*2 [id, *2 [field, value]]]]]`; null when it is not all there. */
function readXread(text: string): { texts: string[]; last: string } | null {
  let at = 0
  const number = (): number => {
    const end = text.indexOf('\r\n', at)
    if (end < 0) return Number.NaN
    const value = Number(text.slice(at + 1, end))
    at = end + 2
    return value
  }
  const bulk = (): string => {
    const length = number()
    const value = text.slice(at, at + length)
    at += length + 2
    return value
  }
  number()
  number()
  bulk()
  const count = number()
  if (Number.isNaN(count)) return null
  const texts: string[] = []
  let last = ''
  for (let i = 0; i < count; i++) {
    number()
    last = bulk()
    number()
    bulk()
    texts.push(bulk())
    if (at > text.length || Number.isNaN(at)) return null
  }
  return { texts, last }
}

async function natsPublisher({ url }: Door, onAck: (count: number) => void): Promise<Publisher> {
  const socket = await connectNats(url, ({ subject, payload }) => {
    if (!subject.startsWith('acks')) return
    if (payload.includes('"error"')) throw new Error(`nats: ${payload}`)
    onAck(1)
  })
  socket.write('SUB acks 1\r\n')
  return {
    publish: (bodies) =>
      socket.write(bodies.map((body) => `PUB ${stream}.e acks ${body.length}\r\n${body}\r\n`).join('')),
  }
}

/** Atomic batches of up to 1,000: one acknowledgement each. */
async function natsBatchPublisher({ url }: Door, onAck: (count: number) => void): Promise<Publisher> {
  const sizes: number[] = []
  const socket = await connectNats(url, ({ subject, payload }) => {
    if (!subject.startsWith('acks')) return
    if (payload.includes('"error"')) throw new Error(`nats: ${payload}`)
    onAck(sizes.shift() as number)
  })
  socket.write('SUB acks 1\r\n')
  let batch = 0
  return {
    publish(bodies) {
      for (let from = 0; from < bodies.length; from += 1_000) {
        const some = bodies.slice(from, from + 1_000)
        const id = `b${process.pid}-${batch++}`
        sizes.push(some.length)
        socket.write(
          some
            .map((body, i) => {
              const isLast = i === some.length - 1
              const commit = isLast ? 'Nats-Batch-Commit: 1\r\n' : ''
              const head = `NATS/1.0\r\nNats-Batch-Id: ${id}\r\nNats-Batch-Sequence: ${i + 1}\r\n${commit}\r\n`
              return `HPUB ${stream}.e ${isLast ? 'acks ' : ''}${head.length} ${head.length + body.length}\r\n${head}${body}\r\n`
            })
            .join(''),
        )
      }
    },
  }
}

async function natsSubscriber({ url }: Door, onEvents: (texts: readonly string[]) => void): Promise<void> {
  const inbox = `deliver${process.pid}${Math.random().toString(36).slice(2)}`
  let texts: string[] = []
  let answered: () => void = () => undefined
  const ready = new Promise<void>((resolve) => {
    answered = resolve
  })
  const socket = await connectNats(url, ({ subject, payload }) => {
    if (subject === 'api') {
      if (payload.includes('"error"')) throw new Error(`nats: ${payload}`)
      answered()
      return
    }
    if (texts.length === 0)
      queueMicrotask(() => {
        const some = texts
        texts = []
        onEvents(some)
      })
    texts.push(payload)
  })
  socket.write(`SUB ${inbox} 2\r\nSUB api 3\r\n`)
  const config = { deliver_subject: inbox, deliver_policy: 'new', ack_policy: 'none', replay_policy: 'instant' }
  askNats(socket, `$JS.API.CONSUMER.CREATE.${stream}`, 'api', { stream_name: stream, config })
  await ready
}

/** Makes the stream of the benchmark in a NATS server that has just started. */
export async function makeNatsStream(url: string): Promise<void> {
  const made = Promise.withResolvers<void>()
  const socket = await connectNats(url, ({ payload }) => {
    if (payload.includes('"error"')) made.reject(new Error(`nats: ${payload}`))
    else made.resolve()
  })
  socket.write('SUB api 3\r\n')
  askNats(socket, `$JS.API.STREAM.CREATE.${stream}`, 'api', {
    name: stream,
    subjects: [`${stream}.>`],
    storage: 'file',
    retention: 'limits',
    allow_atomic: true,
  })
  await made.promise
  socket.destroy()
}

function askNats(socket: Socket, subject: string, reply: string, request: object): void {
  const text = JSON.stringify(request)
  socket.write(`PUB ${subject} ${reply} ${text.length}\r\n${text}\r\n`)
}

type NatsMessage = { readonly subject: string; readonly payload: string }

async function connectNats(url: string, onMessage: (message: NatsMessage) => void): Promise<Socket> {
  const socket = await connectTcp(url)
  let text = ''
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1')
    let at = 0
    for (let end = text.indexOf('\r\n', at); end >= 0; end = text.indexOf('\r\n', at)) {
      const line = text.slice(at, end)
      // `HMSG` has headers before the payload, and their length before that of both.
      if (line.startsWith('MSG ') || line.startsWith('HMSG ')) {
        const parts = line.split(' ')
        const length = Number(parts.at(-1))
        if (text.length < end + 2 + length + 2) break
        const from = end + 2 + (line.startsWith('H') ? Number(parts.at(-2)) : 0)
        onMessage({ subject: parts[1] as string, payload: text.slice(from, end + 2 + length) })
        at = end + 2 + length + 2
      } else {
        if (line === 'PING') socket.write('PONG\r\n')
        if (line.startsWith('-ERR')) throw new Error(`nats: ${line}`)
        at = end + 2
      }
    }
    text = text.slice(at)
  })
  socket.write('CONNECT {"verbose":false,"headers":true,"no_responders":false}\r\n')
  return socket
}

function connectTcp(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = createConnection({ host: hostname, port: Number(port), noDelay: true })
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
    // Whatever ends it later is thrown: who hears nothing any more must not pass for one to whom nothing is said.
    socket.once('end', () => {
      throw new Error(`${url} has closed the connection`)
    })
  })
}

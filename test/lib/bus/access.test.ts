import { X509Certificate } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { ensureSecret, proofOf, readSecret, secretOrNull } from '#lib/bus/auth.ts'
import { connectBus } from '#lib/bus/bus-client.ts'
import { createCa, issueCertificate } from '#lib/bus/certificate.ts'
import { formatFrame } from '#lib/bus/frame.ts'
import { nestsBeyond } from '#lib/bus/nesting.ts'
import { RateLimit } from '#lib/bus/rate-limit.ts'
import { MemoryLog } from '#lib/journal/memory-log.ts'
import {
  type BusOfTest,
  helloFrame,
  openBus,
  openRaw,
  openWelcome,
  secret,
  slowRequests,
  tickBody,
  until,
} from './bus-of-test.ts'

let bus: BusOfTest
afterEach(() => bus?.close())

const refused = '{"t":"refused","k":null,"reason":"refused"}'
const publish = (...lines: string[]) => formatFrame({ t: 'publish', k: 0, groups: lines.map(() => 1) }, lines)
const feed = (source: string, n: number) =>
  tickBody(n).replace('"md:', `"${source}:`).replace('"source":"md"', `"source":"${source}"`)
const reasonIn = (frames: readonly string[]) => (JSON.parse(frames.at(-1) ?? '{}') as { reason?: string }).reason

describe('who is not known', () => {
  it.each([
    ['a wrong proof', (nonce: string) => helloFrame(`${nonce}0`, 'md')],
    ['an identity that nobody has', (nonce: string) => helloFrame(nonce, 'mallory')],
    ['an identity that is a file elsewhere', (nonce: string) => helloFrame(nonce, '../md')],
    ['a name that every object has', (nonce: string) => helloFrame(nonce, 'constructor')],
    ['another frame than hello', () => publish(tickBody(0))],
    ['a hello of another protocol', (nonce: string) => helloFrame(nonce, 'md').replace('"protocol":2', '"protocol":1')],
    ['no JSON', () => '{"t":'],
    ['a hello of more than 8 KiB', (nonce: string) => helloFrame(nonce, 'md', { more: 'x'.repeat(9_000) })],
    [
      'more topics than may be',
      (nonce: string) => helloFrame(nonce, 'operator', { topics: Array(257).fill('md.tick') }),
    ],
  ])('[R16] hears that it is refused and no more: %s', async (_, hello) => {
    bus = await openBus()
    const raw = await openRaw(bus.url)
    raw.socket.send(hello(raw.nonce))
    expect(await raw.closed).toBe(4401)
    expect(raw.frames).toEqual([refused])
    await until(() => bus.router.connections.all === 0)
  })

  it.each([
    ['100 kB', 100_000],
    ['as long as any may be', 4 << 20],
    ['longer than any', 5 << 20],
  ])('[R16] [R19] hears why when its first frame is more than a hello takes: %s', async (_, length) => {
    bus = await openBus()
    const raw = await openRaw(bus.url)
    raw.socket.send('x'.repeat(length))
    expect(await raw.closed).toBe(4401)
    expect(raw.frames).toEqual([refused])
    await until(() => bus.router.connections.all === 0)
  })

  it('[R16] hears why when a frame that is more stops in its middle', async () => {
    bus = await openBus()
    const raw = await openRaw(bus.url)
    const { _socket: bytes } = raw.socket as unknown as { _socket: Socket }
    // Text that is masked with zeros, 1 MiB of it to come.
    bytes.write(Buffer.concat([Buffer.from('81ff000000000010000000000000', 'hex'), Buffer.alloc(17_000, 'x')]))
    expect(await raw.closed).toBe(4401)
    expect(raw.frames).toEqual([refused])
    await until(() => bus.router.connections.all === 0)
  })

  it('[R16] hears that it is refused when it says nothing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    bus = await openBus()
    const raw = await openRaw(bus.url)
    vi.advanceTimersByTime(5_000)
    vi.useRealTimers()
    expect(await raw.closed).toBe(4401)
    expect(raw.frames).toEqual([refused])
  })

  it('[R15] has a secret that cannot be read: it is refused, and the router goes on', async () => {
    const keys = mkdtempSync(join(tmpdir(), 'trader-keys-'))
    mkdirSync(join(keys, 'md.secret'), { mode: 0o700 })
    const said: string[] = []
    bus = await openBus(undefined, { secretOf: (identity) => secretOrNull(keys, identity, (line) => said.push(line)) })
    const raw = await openRaw(bus.url)
    raw.socket.send(helloFrame(raw.nonce, 'md'))
    expect(await raw.closed).toBe(4401)
    expect(raw.frames).toEqual([refused])
    expect(said).toEqual([`${join(keys, 'md.secret')}: cannot be read: EISDIR`])
    rmSync(keys, { recursive: true })
  })

  it('[R15] has a secret that others may read: it is refused, and the operator is told what to do', async () => {
    const keys = mkdtempSync(join(tmpdir(), 'trader-keys-'))
    ensureSecret(keys, 'md')
    const said: string[] = []
    bus = await openBus(undefined, { secretOf: (identity) => secretOrNull(keys, identity, (line) => said.push(line)) })
    const file = join(keys, 'md.secret')
    const proof = proofOf(readSecret(keys, 'md'), 'a nonce', 'md')
    chmodSync(file, 0o644)
    for (const identity of ['md', 'clock']) {
      const raw = await openRaw(bus.url)
      raw.socket.send(helloFrame(raw.nonce, identity, { proof }))
      expect(await raw.closed).toBe(4401)
    }
    expect(said).toEqual([`${file}: others than its owner may read this secret (run: chmod 600 ${file})`])
    rmSync(keys, { recursive: true })
  })

  it('[R15] [R16] a proof holds for its connection alone', async () => {
    bus = await openBus()
    const first = await openRaw(bus.url)
    const second = await openRaw(bus.url)
    second.socket.send(helloFrame(first.nonce, 'md'))
    expect(await second.closed).toBe(4401)
    first.socket.close()
  })

  it('[R19] finds no room beyond 64 that have not proved themselves: 503, and those who are welcome notice nothing', async () => {
    bus = await openBus()
    const honest = await openWelcome(bus.url, 'md')
    const oldest = await openRaw(bus.url)
    const strangers = await Promise.all(Array.from({ length: 63 }, () => openRaw(bus.url)))
    const late = await openWelcome(bus.url, 'clock')
    expect(await oldest.closed).toBe(1006)
    expect(late.frames[0]).toContain('"t":"welcome"')
    honest.socket.send(publish(tickBody(0)))
    await until(() => honest.frames.length === 2)
    expect(honest.frames[1]).toBe('{"t":"ack","through":1}')
    for (const { socket } of strangers) socket.close()
  })

  it('[R19] does not keep out who is honest with requests that do not end', async () => {
    bus = await openBus()
    const ends = slowRequests(bus.url, 600)
    await until(() => ends.opened() === 600)
    expect((await openWelcome(bus.url, 'md')).frames[0]).toContain('"t":"welcome"')
    await ends.close()
  })

  it('[R21] comes from no page of the web', async () => {
    bus = await openBus()
    await expect(openRaw(bus.url, { origin: 'https://evil.example' })).rejects.toThrow('HTTP 403')
  })
})

describe('who is known', () => {
  it.each([
    ['md', { from: 1, topics: null }, 'md may not read everything'],
    ['md', { from: 1, topics: ['md.tick', 'risk.approved'] }, 'md may not read risk.approved'],
  ])('[R17] %s may not ask for %j', async (identity, wish, reason) => {
    bus = await openBus()
    const raw = await openWelcome(bus.url, identity, wish)
    expect(await raw.closed).toBe(4400)
    expect(reasonIn(raw.frames)).toBe(reason)
  })

  it.each([
    ['another writer', tickBody(0), 'clock', 'clock may not speak as md'],
    [
      'a topic of another',
      tickBody(0).replaceAll('md:', 'clock:').replace('"source":"md"', '"source":"clock"'),
      'clock',
      'clock may not say md.tick: md does',
    ],
    ['a payload that is none', tickBody(0).replace('"100.5"', '100.5'), 'md', 'payload'],
    ['a key that is no name', tickBody(0).replace('"tradeId":"0"', '"__proto__":{"isAdmin":true}'), 'md', '__proto__'],
    ['that key in disguise', tickBody(0).replace('"tradeId":"0"', '"\\u005f_proto__":{}'), 'md', '__proto__'],
    ['deep nesting', tickBody(0).replace('"0"', '['.repeat(40) + ']'.repeat(40)), 'md', 'nests deeper than 32'],
    ['no JSON', '{', 'md', 'is not JSON'],
    ['no topic', tickBody(0).replace('md.tick', 'md.tock'), 'md', 'there is no topic md.tock'],
  ])('[R17] [R19] [R20] [R21] is refused %s, with the reason', async (_, body, identity, reason) => {
    bus = await openBus()
    const raw = await openWelcome(bus.url, identity)
    raw.socket.send(publish(body))
    expect(await raw.closed).toBe(4400)
    expect(reasonIn(raw.frames)).toContain(reason)
    expect((await bus.log.state()).head).toBe(0)
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })

  it('[R19] is refused text that is far longer as canonical JSON than in its frame', async () => {
    bus = await openBus()
    const raw = await openWelcome(bus.url, 'md')
    const metrics = Array.from({ length: 60_000 }, (_, i) => `"m${i}":1e20`).join()
    const body = `{"id":"md:e1.0","topic":"system.metrics","v":1,"at":1764000000000000,"source":"md","cause":null,"payload":{"service":"md","metrics":{${metrics}}}}`
    raw.socket.send(publish(body))
    expect(await raw.closed).toBe(4400)
    expect(reasonIn(raw.frames)).toContain('is too long as canonical JSON')
  })

  it('[R19] hears that a frame is longer than any', async () => {
    bus = await openBus()
    const raw = await openWelcome(bus.url, 'md')
    raw.socket.send('x'.repeat(5 << 20))
    expect(await raw.closed).toBe(1009)
  })

  it('[R20] hears why, whatever it had sent behind what was refused', async () => {
    bus = await openBus()
    const raw = await openWelcome(bus.url, 'md')
    raw.socket.send('no frame')
    raw.socket.send('x'.repeat(5 << 20))
    expect(await raw.closed).toBe(4400)
    expect(reasonIn(raw.frames)).toBe('that is no frame of this protocol')
  })

  it('[R2] is refused what is no topic: a pattern would be heard from the log and not live', async () => {
    bus = await openBus()
    const raw = await openWelcome(bus.url, 'operator', { from: 1, topics: ['md.*'] })
    expect(await raw.closed).toBe(4400)
    expect(reasonIn(raw.frames)).toBe('there is no topic md.*')
  })

  it('[R10] is refused who says that it has heard what was not sent', async () => {
    bus = await openBus()
    const raw = await openWelcome(bus.url, 'operator', { from: 1 })
    raw.socket.send(formatFrame({ t: 'heard', seq: 9_007_199_254_740_991 }))
    expect(await raw.closed).toBe(4400)
    expect(reasonIn(raw.frames)).toBe('that was not sent to it')
  })

  /** What the feed hears that sends these frames and is refused, and how many events are in the log then. */
  async function refusedOf(...frames: readonly string[]) {
    bus = await openBus()
    const raw = await openWelcome(bus.url, 'md')
    for (const frame of frames) raw.socket.send(frame)
    expect(await raw.closed).toBe(4400)
    return { heard: raw.frames.slice(1).map((frame) => JSON.parse(frame)), head: (await bus.log.state()).head }
  }

  it('[R3] is refused groups that are not counted as the router counts them: it would hear of others', async () => {
    const { heard } = await refusedOf(publish(tickBody(0)), publish(tickBody(1)))
    expect(heard.at(-1)).toMatchObject({ t: 'refused', reason: 'group 1 was to come, not 0' })
  })

  it('[R6] after what was refused nothing more of it goes in', async () => {
    const { heard, head } = await refusedOf(
      publish('{}'),
      ...Array.from({ length: 100 }, (_, n) => publish(tickBody(n))),
    )
    expect(heard).toMatchObject([{ t: 'refused', k: 0 }])
    expect(head).toBe(0)
  })

  it('[R6] nor after what the log refused, in the same frame and behind it; what went in is acknowledged', async () => {
    const { heard, head } = await refusedOf(
      publish(feed('md-a', 0), feed('md-a', 5), feed('md-b', 0), feed('md-a', 1)),
      publish(feed('md-b', 0)).replace('"k":0', '"k":4'),
    )
    expect(heard).toMatchObject([
      { t: 'ack', through: 1 },
      { t: 'refused', k: 1 },
    ])
    expect(head).toBe(1)
  })

  it('[R6] what is in front of it in its frame goes in, and is acknowledged first', async () => {
    const { heard, head } = await refusedOf(
      publish(tickBody(0), tickBody(1), '{"bad":1}', tickBody(2)),
      publish(tickBody(2)).replace('"k":0', '"k":2'),
    )
    expect(heard).toMatchObject([
      { t: 'ack', through: 2 },
      { t: 'refused', k: 2 },
    ])
    expect(head).toBe(2)
  })

  it('[R6] nor what waits for the next commit while the log refuses this one', async () => {
    let appends = 0
    const answer = Promise.withResolvers<void>()
    const log = new (class extends MemoryLog {
      override async append(...args: Parameters<MemoryLog['append']>): ReturnType<MemoryLog['append']> {
        if (++appends > 1) return super.append(...args)
        await answer.promise
        return [{ kind: 'refused', reason: 'disk_full' }]
      }
    })()
    bus = await openBus(log)
    const raw = await openWelcome(bus.url, 'md')
    raw.socket.send(publish(feed('md-a', 0)))
    await until(() => appends === 1)
    // Of another source: the log itself would take it.
    raw.socket.send(publish(feed('md-b', 0)).replace('"k":0', '"k":1'))
    await until(() => bus.router.measures.frames === 2)
    answer.resolve()
    expect(await raw.closed).toBe(4400)
    expect(reasonIn(raw.frames)).toBe('disk_full')
    expect([appends, (await bus.log.state()).head]).toEqual([1, 0])
  })

  it('[R6] what another says meanwhile goes in', async () => {
    const log = new MemoryLog()
    const groups = [[feed('md-a', 5)], [feed('md-b', 0)], [feed('md-a', 0)]]
    const runs = [[1, 0] as const, [1, 1] as const, [1, 0] as const]
    expect((await log.append(groups, runs)).map(({ kind }) => kind)).toEqual(['refused', 'appended', 'refused'])
  })

  it('[R13] a newer connection of a service ends the older one', async () => {
    bus = await openBus()
    const older = await openWelcome(bus.url, 'venue', { isService: true })
    const newer = await openWelcome(bus.url, 'venue', { isService: true })
    expect(await older.closed).toBe(4400)
    expect(reasonIn(older.frames)).toContain('a newer connection')
    expect(newer.socket.readyState).toBe(WebSocket.OPEN)
    newer.socket.close()
  })
})

describe('TLS', () => {
  const ca = createCa('trader CA', new Date())
  const caCertificate = new X509Certificate(ca.certificate)
  const issuer = { name: 'trader CA', publicKey: caCertificate.publicKey, privateKey: ca.privateKey }
  const made = issueCertificate(issuer, ['trader.lan', '127.0.0.1', '::1', '2001:db8::ff00:42:8329'], new Date())
  const tls = { cert: made.certificate, key: made.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string }
  const ask = { identity: 'md', secret, from: null, topics: null }

  it('[R18] is spoken with a certificate of the own CA, and a client trusts no other', async () => {
    bus = await openBus(undefined, { tls })
    expect(bus.url).toMatch(/^wss:/)
    const client = await connectBus({ url: bus.url, ca: ca.certificate, ...ask })
    await client.close()
    const other = createCa('trader CA', new Date()).certificate
    await expect(connectBus({ url: bus.url, ca: other, ...ask })).rejects.toThrow('no router')
    await expect(connectBus({ url: bus.url, ...ask })).rejects.toThrow('no router')
  })

  it('[R18] the certificate is for the names it was issued for, and vouches for nobody else', async () => {
    const certificate = new X509Certificate(made.certificate)
    expect(certificate.verify(caCertificate.publicKey)).toBe(true)
    expect(certificate.checkIssued(caCertificate)).toBe(true)
    expect([certificate.ca, caCertificate.ca]).toEqual([false, true])
    expect(certificate.checkHost('trader.lan')).toBe('trader.lan')
    expect(certificate.checkHost('other.lan')).toBeUndefined()
    expect(certificate.checkIP('2001:db8::ff00:42:8329')).toBeDefined()
    expect(certificate.checkIP('10.0.0.1')).toBeUndefined()
    bus = await openBus(undefined, { tls })
    const { port } = new URL(bus.url)
    const wrongName = { port: Number(port), host: '127.0.0.1', ca: ca.certificate, servername: 'other.lan' }
    const error = await new Promise<Error & { code?: string }>((resolve) => connect(wrongName).once('error', resolve))
    expect(error.code).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
  })
})

describe('limits before parsing', () => {
  it('[R19] counts how deep brackets nest, and not those in texts', () => {
    expect(nestsBeyond('['.repeat(33), 32)).toBe(true)
    expect(nestsBeyond('{"a":'.repeat(33), 32)).toBe(true)
    expect(nestsBeyond(`[${'{"a":[1]},'.repeat(1_000)}1]`, 32)).toBe(false)
    expect(nestsBeyond(`{"a":"${'['.repeat(100)}\\"${'{'.repeat(100)}"}`, 32)).toBe(false)
  })

  it('[R19] lets a second of frames through at once, and makes wait what is more', () => {
    let nowMs = 0
    const limit = new RateLimit(() => nowMs)
    const waits = Array.from({ length: 50_001 }, () => limit.take(100))
    expect(waits.filter((ms) => ms > 0)).toHaveLength(1)
    nowMs += 10
    expect(Array.from({ length: 499 }, () => limit.take(100)).filter((ms) => ms > 0)).toHaveLength(0)
    expect(limit.take(256 << 20)).toBeGreaterThan(900)
  })
})

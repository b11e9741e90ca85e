import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKeys } from '#compose/tree-keys.ts'
import { startLone } from '#test/process/lone-process.ts'
import { repository, trader } from '#test/process/trader.ts'

let folder = ''
let taken = 0
const holder = createServer()
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trader-lone-'))
  makeKeys(join(folder, 'keys'), join(folder, 'logs', 'live'))
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
  taken = (holder.address() as AddressInfo).port
})
afterAll(() => {
  holder.close()
  rmSync(folder, { recursive: true, force: true })
})

const hint = 'name another, with --port or in a topology as router: { port: … }, or stop what holds it'
const run = (...args: string[]) => trader(args, { cwd: folder })

describe('a port that is held', () => {
  it('ends the log and the router with 2, in one line', async () => {
    const wanted = { exitCode: 2, stderr: `trader: port ${taken} is taken (${hint})\n` }
    expect(await run('log', '--port', String(taken))).toMatchObject(wanted)
    const log = await startLone(folder, ['log', '--port', '0'])
    expect(await run('router', '--port', String(taken), '--log', log.url)).toMatchObject(wanted)
    // Nor does it take the log away from the router that is there.
    const router = await startLone(folder, ['router', '--port', '0', '--log', log.url])
    expect(await run('router', '--port', String(taken), '--log', log.url)).toMatchObject(wanted)
    expect((await fetch(`${router.url.replace('ws:', 'http:')}/readyz`)).status).toBe(200)
    await router.stop()
    await log.stop()
  })

  it('ends a tree with 2, and without starting the router again', async () => {
    const text = readFileSync(join(repository, 'examples', 'seeded.yaml'), 'utf8')
      .replaceAll('../strategies', join(repository, 'strategies'))
      .replaceAll('file: fast-cross', `file: ${join(repository, 'examples', 'fast-cross')}`)
      .replace('port: 7411', `port: ${taken}`)
    writeFileSync(join(folder, 'tree.yaml'), text)
    const { exitCode, stderr } = await run('up', '--topology', 'tree.yaml')
    expect(exitCode).toBe(2)
    expect((stderr as string).trimEnd().split('\n').at(-1)).toBe(`trader: port ${taken} is taken (${hint})`)
    expect(stderr).not.toContain('Node.js v')
    expect((stderr as string).split('"msg":"starting"').length - 1).toBeLessThanOrEqual(2)
  })
})

it.each([
  ['pnl', '--url'],
  ['status', '--url'],
  ['router', '--log'],
])('%s ends with 2 and one line for a %s that is no address', async (command, flag) => {
  expect(await run(command, flag, 'http://x')).toMatchObject({
    exitCode: 2,
    stderr: `trader: ${flag} http://x: expected an address like ws://127.0.0.1:7411\n`,
  })
})

const nobody = 'ws://127.0.0.1:9'

describe('a process that was started alone', () => {
  it('says in one line that the port is that of the log', async () => {
    const log = await startLone(folder, ['log', '--port', '0'])
    const { exitCode, stderr } = await run('risk', '--url', log.url)
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `trader: the router refuses: at ${log.url} something speaks that is no router (the log has a port of its own)\n`,
    })
    await log.stop()
  })

  // [G18]
  it.concurrent('at the production of a venue asks for the words that a tree asks for', async () => {
    const topology = {
      feed: { kind: 'exchange', venue: 'binance', symbols: ['BTCUSDT'] },
      account: { currency: 'USDT', startingCash: '1000' },
      venue: { kind: 'binance', environment: 'production' },
      risk: { limits: { maxOrderNotional: '1', maxGrossExposure: '1', maxOrdersPerMinute: 1, maxDrawdown: 0.1 } },
      bars: [{ interval: '5s' }],
      strategies: [{ file: join(repository, 'examples', 'fast-cross.yaml'), roles: { underlying: 'BTCUSDT.BINANCE' } }],
    }
    writeFileSync(join(folder, 'production.yaml'), JSON.stringify(topology))
    const { exitCode, stderr } = await run('venue', '--topology', 'production.yaml', '--url', nobody, '--live')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('nothing started: real money was not confirmed')
  })

  it.concurrent.each(['risk', 'clock', 'md'])('says once that it waits for the router: %s', async (service) => {
    const process = trader([service, '--url', nobody], { cwd: folder })
    await once(process.stderr as Readable, 'data')
    // It tries again ten times a second.
    await sleep(2_000)
    process.kill('SIGKILL')
    expect((await process).stderr).toBe(`waiting for the router at ${nobody}\n`)
  })

  it.concurrent.each([
    ['orders', 'trader orders list'],
    ['pnl', 'trader pnl show'],
  ])('says what shows a run, for who types %s and wants to look: %s', async (service, shownBy) => {
    const { exitCode, stderr } = await run(service, '--keys', 'none')
    expect(exitCode).toBe(2)
    expect((stderr as string).split('\n')[0]).toBe(
      `trader: this starts the service ${service}, as trader up does; to look at a run: ${shownBy}`,
    )
  })

  it.concurrent('says that it waits for the log, and then that there is none', async () => {
    const { exitCode, stderr } = await run('router', '--port', '0', '--log', nobody)
    expect(exitCode).toBe(2)
    const [first, second] = (stderr as string).split('\n')
    expect(first).toBe(`waiting for the log at ${nobody}`)
    expect(second).toContain('start it with: trader log')
  })
})

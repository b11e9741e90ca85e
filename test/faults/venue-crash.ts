import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PayloadOf, Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { repository, trader } from '#test/process/trader.ts'
import { eventsIn, LiveTree, removeFolder } from '#test/process/tree.ts'
import { below, type Chance, chanceOf, pick } from './chance.ts'
import { type VenueBooks, venueDifferences } from './venue-differences.ts'

export type CrashResult = {
  readonly rounds: number
  readonly orders: number
  readonly fills: number
  readonly violations: readonly string[]
}

const victims = ['orders', 'risk', 'pnl', 'venue', 'router', 'log'] as const
const run = 'crash'
const startingCash = '100000'

/**
 * Kills processes of a real tree at random instants while its orders work at a served Binance venue, which is a process of its own with books of
 * its own. After every `between` kills trading is halted, and orders, fills, positions and cash of the log have to be the venue's.
 */
export async function venueCrash(seed: number, rounds: number, between = 30): Promise<CrashResult> {
  const chance = chanceOf(seed)
  const folder = mkdtempSync(join(tmpdir(), 'trader-crash-'))
  const served = await serveVenue(folder)
  const tree = new LiveTree(folder, run, topologyIn(folder, served.url))
  const violations: string[] = []
  /** When each process ended. */
  const ends = new Map<string, number[]>()
  const seen = { orders: 0, fills: 0 }
  try {
    await tree.until(300)
    for (let done = 0; done < rounds; ) {
      const next = Math.min(rounds, done + between)
      await killAtRandom(tree, chance, next - done, ends)
      done = next
      violations.push(...(await compare(folder, tree, served, seen)))
      if (done < rounds) await operate(folder, 'resume')
    }
    if ((await tree.stop()) !== 0) violations.push('the tree did not stop in order')
    const verdict = JSON.parse(String((await trader(['verify', tree.log, '--json'])).stdout))
    if (verdict.isProven !== true)
      violations.push(`trader verify: ${JSON.stringify(verdict.divergence ?? verdict.fault)}`)
  } catch (error) {
    throw new Error(`seed ${seed}: the tree said ${tree.stderr.slice(-4_000)}`, { cause: error })
  } finally {
    await tree.stop()
    served.process.kill('SIGKILL')
    removeFolder(folder)
  }
  return { rounds, ...seen, violations: violations.map((violation) => `seed ${seed}: ${violation}`) }
}

/** The supervisor gives a process up that ends five times within 30 s; without the log the router ends too. */
async function killAtRandom(tree: LiveTree, chance: Chance, kills: number, ends: Map<string, number[]>): Promise<void> {
  for (let killed = 0; killed < kills; ) {
    await sleep(100 + below(chance, 900))
    const since = performance.now() - 31_000
    const mayEnd = (name: string) => (ends.get(name) ?? []).filter((at) => at > since).length < 3
    const free = victims.filter((name) => mayEnd(name) && (name !== 'log' || mayEnd('router')))
    if (free.length === 0) continue
    const victim = pick(chance, free)
    for (const name of victim === 'log' ? ['log', 'router'] : [victim])
      ends.set(name, [...(ends.get(name) ?? []), performance.now()])
    tree.kill(victim)
    killed++
  }
}

type Served = { readonly url: string; readonly process: ChildProcess; readonly key: { apiKey: string; secret: string } }

async function compare(folder: string, tree: LiveTree, served: Served, seen: { orders: number; fills: number }) {
  await operate(folder, 'halt')
  const endMs = performance.now() + 60_000
  let faults: string[] = ['nothing was compared']
  // What is on its way arrives; what differs for ever is a violation.
  while (faults.length > 0 && performance.now() < endMs) {
    await sleep(300)
    const events = eventsIn(tree.log)
    const books = await booksOf(served)
    faults = venueDifferences(events, books, startingCash)
    seen.orders = payloads(events, 'order.submitted').length
    seen.fills = payloads(events, 'order.fill').length
  }
  return faults
}

async function operate(folder: string, word: 'halt' | 'resume'): Promise<void> {
  const flags = ['--yes', '--reason', 'crash test', '--run', run, '--logs', join(folder, 'logs'), '--json']
  for (let tries = 1; ; tries++) {
    const { exitCode, stderr } = await trader([word, ...flags], { cwd: folder })
    if (exitCode === 0) return
    if (tries === 20) throw new Error(`${word}: ${stderr}`)
    await sleep(500)
  }
}

/** What the venue says of itself, over its own REST API. */
async function booksOf({ url, key }: Served): Promise<VenueBooks> {
  const ask = async <T>(path: string, params: Record<string, string> = {}): Promise<T> => {
    const query = new URLSearchParams({ ...params, timestamp: String(Date.now()) }).toString()
    const signature = createHmac('sha256', key.secret).update(query).digest('hex')
    const response = await fetch(`${url}/api/v3/${path}?${query}&signature=${signature}`, {
      headers: { 'x-mbx-apikey': key.apiKey },
    })
    if (!response.ok) throw new Error(await response.text())
    return (await response.json()) as T
  }
  const pages = async <T extends { orderId: number; id?: number }>(path: string, from: string): Promise<T[]> => {
    const all: T[] = []
    for (let next = 1; ; ) {
      const page = await ask<T[]>(path, { symbol: 'ACMEUSD', limit: '1000', [from]: String(next) })
      all.push(...page)
      const last = page.at(-1)
      if (last === undefined) return all
      next = (last.id ?? last.orderId) + 1
    }
  }
  const { balances } = await ask<{ balances: VenueBooks['balances'] }>('account')
  return { orders: await pages('allOrders', 'orderId'), trades: await pages('myTrades', 'fromId'), balances }
}

async function serveVenue(folder: string): Promise<Served> {
  const keyFile = join(folder, 'served.json')
  const args = ['venue', 'serve', '--as', 'binance', '--port', '0', '--key-file', keyFile, '--events-per-second', '400']
  const served = spawn(
    join(repository, 'bin', 'trader'),
    [...args, '--balance', `USD=${startingCash}`, '--taker-bps', '10', '--maker-bps', '5'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const url = await new Promise<string>((resolve, reject) => {
    served.once('exit', () => reject(new Error('the served venue has ended')))
    createInterface({ input: served.stderr }).on('line', (line) => {
      const said = /http:\/\/127\.0\.0\.1:\d+/.exec(line)
      if (said) resolve(said[0])
    })
  })
  return { url, process: served, key: JSON.parse(readFileSync(keyFile, 'utf8')) }
}

function topologyIn(folder: string, url: string): string {
  const strategy = (name: string, timeframe: string, limitBps: number, quantity: number) =>
    writeFileSync(
      join(folder, `${name}.yaml`),
      [
        `name: ${name}`,
        'inputs:',
        `  price: { role: underlying, timeframe: ${timeframe} }`,
        'entry:',
        '  long: price.close > 0',
        'exit:',
        '  long: position.bars >= 2',
        `size: { quantity: ${quantity} }`,
        `limit_bps: ${limitBps}`,
        '',
      ].join('\n'),
    )
  strategy('takes', '12t', 3, 3)
  strategy('rests', '9t', 0, 7)
  const ws = url.replace('http', 'ws')
  const file = join(folder, `${run}.yaml`)
  const role = 'roles: { underlying: ACMEUSD.BINANCE }'
  const lines = [
    `run: ${run}`,
    `logs: ${join(folder, 'logs')}`,
    `keys: ${join(folder, 'keys')}`,
    'router: { port: 0 }',
    `feed: { kind: exchange, venue: binance, symbols: [ACMEUSD], restUrl: '${url}', wsUrl: '${ws}' }`,
    'bars: [{ interval: 12t }, { interval: 9t }]',
    `account: { currency: USD, startingCash: '${startingCash}' }`,
    `venue: { kind: binance, environment: served, restUrl: '${url}', wsUrl: '${ws}/ws-api/v3', keyFile: served.json,`,
    '  windowMs: 500, timeoutMs: 2000, inFlightMs: 300, reconcileMs: 1000 }',
    "risk: { whenHalted: refuse, approvalTtlMs: 3000, limits: { maxPosition: '100' } }",
    `strategies: [{ file: takes.yaml, ${role} }, { file: rests.yaml, ${role} }]`,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

const payloads = <T extends Topic>(events: readonly Event[], topic: T): PayloadOf<T>[] =>
  events.filter((event) => event.topic === topic).map((event) => event.payload as PayloadOf<T>)

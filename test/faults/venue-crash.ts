import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PayloadOf, Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { trader } from '#test/process/trader.ts'
import { eventsIn, LiveTree, removeFolder } from '#test/process/tree.ts'
import { below, type Chance, chanceOf, pick } from './chance.ts'
import { type CrashVenue, type CrashVenueKind, crashVenues } from './crash-venues.ts'
import { venueDifferences } from './venue-differences.ts'

export type CrashResult = {
  readonly rounds: number
  readonly orders: number
  readonly fills: number
  /** Of others at the same account. */
  readonly others: number
  readonly violations: readonly string[]
}

const victims = ['orders', 'risk', 'pnl', 'venue', 'router', 'log'] as const
const run = 'crash'

/**
 * Kills processes of a real tree at random instants while its orders work at a venue that has books of its own, and somebody else trades with the same account. After every `between` kills trading is halted, and orders, fills, positions and cash of the log have to be the venue's.
 */
export async function venueCrash(
  seed: number,
  rounds: number,
  { between = 30, venue: kind = 'binance' }: { between?: number; venue?: CrashVenueKind } = {},
): Promise<CrashResult> {
  const chance = chanceOf(seed)
  const folder = mkdtempSync(join(tmpdir(), 'trader-crash-'))
  const venue = await crashVenues[kind](folder, chance)
  const tree = new LiveTree(folder, run, topologyIn(folder, venue))
  const violations: string[] = []
  /** When each process ended. */
  const ends = new Map<string, number[]>()
  const seen = { orders: 0, fills: 0, others: 0 }
  const counted = { others: 0 }
  try {
    await tree.until(300)
    // What others traded before is not the log's.
    while (payloads(eventsIn(tree.log), 'venue.reconciled').length === 0) await sleep(100)
    for (let done = 0; done < rounds; ) {
      const next = Math.min(rounds, done + between)
      const stopOthers = tradeBeside(venue, chance, counted)
      await killAtRandom(tree, chance, next - done, ends)
      await stopOthers()
      done = next
      violations.push(...(await compare(folder, tree, venue, seen)))
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
    await venue.close()
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

/** Somebody else trades with the same account, long only; until it is stopped. */
function tradeBeside({ other }: CrashVenue, chance: Chance, counted: { others: number }): () => Promise<void> {
  let isOver = false
  const trading = (async () => {
    while (!isOver) {
      await sleep(50 + below(chance, 400))
      const n = ++counted.others
      // It sells half of what it buys.
      await other(n % 2 === 1 ? 'buy' : 'sell', n)
    }
  })()
  return () => {
    isOver = true
    return trading
  }
}

async function compare(
  folder: string,
  tree: LiveTree,
  venue: CrashVenue,
  seen: { orders: number; fills: number; others: number },
) {
  await operate(folder, 'halt')
  const endMs = performance.now() + 60_000
  let faults: string[] = ['nothing was compared']
  // What is on its way arrives; what differs for ever is a violation.
  while (faults.length > 0 && performance.now() < endMs) {
    await sleep(300)
    const events = eventsIn(tree.log)
    faults = venueDifferences(events, await venue.books(), venue.startingCash)
    seen.orders = payloads(events, 'order.submitted').length
    const fills = payloads(events, 'order.fill')
    seen.fills = fills.length
    seen.others = fills.filter(({ strategy }) => strategy === 'external').length
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

function topologyIn(
  folder: string,
  { instrument, currency, startingCash, quantities, lines, keepsExits }: CrashVenue,
): string {
  const strategy = (name: string, timeframe: string, quantity: string, more = 'exit: { long: position.bars >= 2 }') =>
    writeFileSync(
      join(folder, `${name}.yaml`),
      [
        `name: ${name}`,
        'inputs:',
        `  price: { role: underlying, timeframe: ${timeframe} }`,
        'entry:',
        '  long: price.close > 0',
        more,
        `size: { quantity: ${quantity} }`,
        '',
      ].join('\n'),
    )
  strategy('takes', '12t', quantities.takes)
  strategy('rests', '9t', quantities.rests)
  strategy('guards', '11t', quantities.takes, 'stop: 0.15%\ntarget: 0.15%\nexit: { long: position.bars >= 12 }')
  strategy('trails', '13t', quantities.takes, 'trail: 0.15%')
  const file = join(folder, `${run}.yaml`)
  const limit = (bps: number) => `{ type: limit, limitBps: ${bps} }`
  const traded = (bps: number) =>
    `roles: { underlying: ${instrument} }, orders: { entry: ${limit(bps)}, exit: ${limit(bps)} }`
  const roles = `roles: { underlying: ${instrument} }`
  const stop = '{ type: stop_limit, stopBps: 3, limitBps: 2 }'
  const guarded = [
    `  - { file: guards.yaml, ${roles}, orders: { protection: venue, entry: ${limit(3)} } }`,
    `  - { file: trails.yaml, ${roles}, orders: { protection: venue, entry: ${stop} } }`,
  ]
  const text = [
    `run: ${run}`,
    `logs: ${join(folder, 'logs')}`,
    `keys: ${join(folder, 'keys')}`,
    'router: { port: 0 }',
    ...lines,
    'bars: [{ interval: 12t }, { interval: 9t }, { interval: 11t }, { interval: 13t }]',
    `account: { currency: ${currency}, startingCash: '${startingCash}' }`,
    `risk: { whenHalted: refuse, sharedExits: allow, approvalTtlMs: 3000, limits: { maxPosition: '${quantities.most}' } }`,
    'strategies:',
    `  - { file: takes.yaml, ${traded(3)} }`,
    `  - { file: rests.yaml, ${traded(0)} }`,
    ...(keepsExits ? guarded : []),
  ]
  writeFileSync(file, `${text.join('\n')}\n`)
  return file
}

const payloads = <T extends Topic>(events: readonly Event[], topic: T): PayloadOf<T>[] =>
  events.filter((event) => event.topic === topic).map((event) => event.payload as PayloadOf<T>)

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Event } from '#schemas/event.ts'
import { booksOfDeribit } from '#test/faults/crash-venues.ts'
import { venueDifferences } from '#test/faults/venue-differences.ts'
import { boxName, deribitBox } from '#test/services/venue/adapters/deribit-box.ts'
import { key } from '#test/services/venue/adapters/served-market.ts'
import { trader } from './trader.ts'
import { eventsIn, LiveTree, removeFolder } from './tree.ts'

const run = 'guarded'
const startingCash = '100000'

function topologyIn(folder: string, { restUrl, wsUrl }: { restUrl: string; wsUrl: string }): string {
  writeFileSync(join(folder, 'served.json'), JSON.stringify(key), { mode: 0o600 })
  writeFileSync(
    join(folder, 'guards.yaml'),
    `name: guards
inputs: { price: { role: underlying, timeframe: 1t } }
entry: { long: price.close > 100 and price.close < 101 }
size: { quantity: 1 }
stop: 1%
target: 1%
`,
  )
  const file = join(folder, `${run}.yaml`)
  const lines = [
    `run: ${run}`,
    `logs: ${join(folder, 'logs')}`,
    `keys: ${join(folder, 'keys')}`,
    'router: { port: 0 }',
    `feed: { kind: exchange, venue: deribit, symbols: [${boxName}], restUrl: '${restUrl}', wsUrl: '${wsUrl}' }`,
    `venue: { kind: deribit, environment: served, wsUrl: '${wsUrl}', keyFile: served.json, windowMs: 500, timeoutMs: 2000, inFlightMs: 300, reconcileMs: 1000 }`,
    'bars: [{ interval: 1t }]',
    `account: { currency: USDC, startingCash: '${startingCash}' }`,
    "risk: { approvalTtlMs: 3000, limits: { maxPosition: '10' } }",
    'strategies:',
    `  - { file: guards.yaml, roles: { underlying: ${boxName}.DERIBIT }, orders: { protection: venue } }`,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

const ends = { stop: 9_940, target: 10_170 } as const
const stages = ['entry', 'exits', 'end'] as const

test('[G36] [O18] [O19] a strategy’s stop and target stand at Deribit, and one ends the other; gateway and order engine killed when the entry is sent, while exits stand and when one triggers: no exit twice, none lost', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trader-guarded-'))
  const box = await deribitBox(key)
  const tree = new LiveTree(folder, run, topologyIn(folder, box))
  let least = 0
  let cents = 10_050
  let isEntering = false
  const market = setInterval(() => {
    box.quote(cents - 1, cents + 1, 5_000, 5_000)
    least = Math.min(least, Number(box.book.position))
    // A bar there, where it may enter.
    if (isEntering) box.trade(cents, 1, true)
  }, 20)
  // What is told of the market before a fill may be heard after it: then it would enter once more.
  const noMoreEntries = async (round: number) => {
    isEntering = false
    const size = 10 + round
    box.trade(cents, size, true)
    const isLast = ({ topic, payload }: Event) =>
      topic === 'md.tick' && payload.kind === 'trade' && Number(payload.size) * 1_000 === size
    const isHeard = () => eventsIn(tree.log).some(isLast)
    await expect.poll(isHeard, { timeout: 20_000, interval: 100, message: 'the last trade is heard' }).toBe(true)
  }
  const isOpen = ({ status }: { status: string }) => status === 'NEW' || status === 'PARTIALLY_FILLED'
  const open = () => box.orders().filter(isOpen)
  const when = (what: string, isSo: () => boolean) =>
    expect.poll(isSo, { timeout: 40_000, interval: 5, message: `${what}: ${JSON.stringify(box.orders())}` }).toBe(true)
  const standing = () => box.triggers.all.filter(({ state }) => state === 'untriggered').length
  try {
    for (const [n, stage] of stages.entries())
      for (const victim of ['venue', 'orders'] as const) {
        const how = (n + (victim === 'venue' ? 0 : 1)) % 2 === 0 ? 'stop' : 'target'
        const before = box.orders().length
        cents = 10_050
        isEntering = true
        await when('it enters', () => box.orders().length > before)
        if (stage === 'entry') tree.kill(victim)
        await when('its exits stand', () => standing() === 1 && open().length === 2)
        await noMoreEntries(2 * n + (victim === 'venue' ? 0 : 1))
        if (stage === 'exits') {
          tree.kill(victim)
          await sleep(2_500)
          expect([standing(), open().length, box.book.position]).toEqual([1, 2, '1.000'])
        }
        cents = ends[how]
        await when(`the ${how} closes it`, () => Number(box.book.position) === 0)
        if (stage === 'end') tree.kill(victim)
        await when('the other exit is gone', () => open().length === 0)
        await sleep(300)
        const labels = box.orders().map(({ clientOrderId }) => clientOrderId)
        expect(labels.length - before, `${stage} ${victim} ${how}: ${labels}`).toBe(3)
        expect(new Set(labels).size).toBe(labels.length)
      }
    expect(least).toBe(0)
    let faults = ['nothing was compared']
    const endMs = performance.now() + 20_000
    while (faults.length > 0 && performance.now() < endMs) {
      await sleep(300)
      faults = venueDifferences(eventsIn(tree.log), booksOfDeribit(box, startingCash), startingCash)
    }
    expect(faults).toEqual([])
    const alerts = eventsIn(tree.log).filter(({ topic }) => topic === 'system.alert')
    expect(alerts.map(({ payload }) => payload)).toEqual([])
    expect(await tree.stop()).toBe(0)
    const verdict = await trader(['verify', tree.log, '--json'])
    expect(JSON.parse(String(verdict.stdout))).toMatchObject({ isProven: true })
  } catch (error) {
    throw new Error(`the tree said ${tree.stderr.slice(-3_000)}`, { cause: error })
  } finally {
    clearInterval(market)
    await tree.stop()
    await box.close()
    removeFolder(folder)
  }
}, 240_000)

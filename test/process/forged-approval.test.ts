import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeKeys } from '#compose/tree-keys.ts'
import { readSecret } from '#lib/bus/auth.ts'
import { Connection } from '#lib/bus/connection.ts'
import { bodyOf, signedBody } from '#lib/codec/event-text.ts'
import { readRunId } from '#lib/journal/run-id.ts'
import { sealContent, sealedText } from '#lib/process/seal.ts'
import { generateSealKeys, loadPrivateKey } from '#lib/process/seal-keys.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { startLone } from '#test/process/lone-process.ts'
import { trader } from '#test/process/trader.ts'
import { eventsIn, removeFolder } from '#test/process/tree.ts'

// The real log, router and orders; whoever forges holds a real secret, and speaks over a real socket.
const folder = mkdtempSync(join(tmpdir(), 'trader-forged-'))
const keys = join(folder, 'keys')
const logFolder = join(folder, 'logs', 'forged')
const start = 1_700_000_000_000_000
let run: Awaited<ReturnType<typeof startRun>>
let gate: ReturnType<typeof loadPrivateKey>

beforeAll(async () => {
  run = await startRun('forged')
  gate = loadPrivateKey(join(keys, 'risk.seal.pem'))
})
afterAll(async () => {
  await run.stop()
  removeFolder(folder)
})

// First of all, while both logs have the same events: so the approval is, word for word, an answer in either.
test('[J24] sealed in another run with the same keys: what is an order there is none here', async () => {
  const paper = await startRun('paper')
  const time = timeAfter(1)
  expect(await say('clock', bodyOf(time), 'clock', paper.url)).toEqual([])
  const cause = await found(({ id }) => id === time.id, paper.logFolder)
  expect(await sayTime()).toMatchObject({ seq: cause.seq, id: cause.id })
  const { id, body } = approval(cause)
  const text = signedBody(body, sealContent(gate.privateKey, sealedText(paper.runId, body)))
  expect(await say('risk', text, 'risk', paper.url)).toEqual([])
  await expectOrderOf({ id }, paper.logFolder)
  await paper.stop()
  expect(await say('risk', text)).toEqual([])
  await expectAlert(id, 'risk.approved has a seal that is not of its writer in this run: it is dropped')
  await expectOnlyGenuine()
})

test('[O1] what the gate sealed becomes an order: so it is in every case below, after the forgery', async () => {
  await expectOrderOf(await sayGenuine())
})

test('no seal: the gate’s own identity without its key makes no order', async () => {
  const cause = await sayTime()
  const { id, body } = approval(cause)
  await say('risk', body)
  await expectAlert(id, 'risk.approved has no seal: it is dropped')
  await expectOnlyGenuine()
})

test('a wrong seal: one of another key, and one cut out of nothing, make no order', async () => {
  const other = generateSealKeys().privateKey
  for (const seal of [(body: string) => sealContent(other, sealedText(run.runId, body)), () => 'A'.repeat(86)]) {
    const { id, body } = approval(await sayTime())
    await say('risk', signedBody(body, seal(body)))
    await expectAlert(id, 'risk.approved has a seal that is not of its writer in this run: it is dropped')
  }
  await expectOnlyGenuine()
})

test('a reused seal: on other content, and on the same content under a new id, makes no order', async () => {
  const genuine = await sayGenuine()
  await expectOrderOf(genuine)
  const larger = approval(await sayTime(), { quantity: '1000000' })
  await say('risk', signedBody(larger.body, genuine.seal))
  await expectAlert(larger.id, 'risk.approved has a seal that is not of its writer in this run: it is dropped')
  const again = approval(await sayTime())
  await say('risk', signedBody(again.body, genuine.seal))
  await expectAlert(again.id, 'risk.approved has a seal that is not of its writer in this run: it is dropped')
  await expectOnlyGenuine()
})

test('said again word for word with its own seal: the log knows it, there is one order', async () => {
  const genuine = await sayGenuine()
  await expectOrderOf(genuine)
  const head = eventsIn(logFolder).length
  await say('risk', genuine.text)
  expect(eventsIn(logFolder)).toHaveLength(head)
  await expectOnlyGenuine()
})

test('[O2] sealed by the gate, and older than one that was used: the log takes it for a repeat', async () => {
  const [first, second] = [approval(await sayTime()), approval(await sayTime())]
  const late = await sayGenuine(second)
  await expectOrderOf(late)
  const refusals = await say('risk', signedBody(first.body, gateSeal(first.body)))
  // The ids of a source only grow.
  expect(refusals).toEqual([])
  expect(eventsIn(logFolder).some(({ id }) => id === first.id)).toBe(false)
  await expectOnlyGenuine()
})

test('[O3] expired: with the gate’s own seal, it is denied', async () => {
  const cause = await sayTime()
  const expired = await sayGenuine(approval(cause, { expiresAt: start }))
  const denied = await found((event) => event.topic === 'order.denied' && event.payload.approval === expired.id)
  expect(denied.payload).toMatchObject({ code: 'APPROVAL_EXPIRED' })
  genuine.delete(expired.id)
  await expectOnlyGenuine()
})

test.each(['strategy', 'orders', 'operator', 'md'])(
  'from %s: refused at the door, even with the gate’s seal',
  async (identity) => {
    const head = eventsIn(logFolder).length
    const cause = await sayTime()
    const { id, body } = approval(cause)
    const sealed = signedBody(body, gateSeal(body))
    expect(await say(identity, sealed)).toEqual([`${id}: ${identity} may not speak as risk`])
    const asItself = approval(cause, {}, identity)
    expect(await say(identity, signedBody(asItself.body, gateSeal(asItself.body)))).toEqual([
      `${asItself.id}: ${identity} may not say risk.approved: risk does`,
    ])
    expect(eventsIn(logFolder)).toHaveLength(head + 1)
    await expectOnlyGenuine()
  },
)

test('an identity that is claimed with the secret of another is not let in', async () => {
  const { body } = approval(await sayTime())
  const refusals = await say('risk', signedBody(body, gateSeal(body)), 'strategy')
  expect(refusals).toEqual(['refused'])
  await expectOnlyGenuine()
})

test('what is forged in the log makes no order after a restart either; verify says that the gate never gave it', async () => {
  await run.restartOrders()
  await expectOnlyGenuine()
  const { stdout, exitCode } = await trader(['verify', logFolder, '--json'])
  expect({ exitCode, verdict: JSON.parse(stdout as string) }).toMatchObject({
    exitCode: 1,
    verdict: { isProven: false, divergence: { service: 'risk', recorded: 'risk.approved', said: 'nothing' } },
  })
})

type Approval = { readonly id: string; readonly body: string }
type Cause = { readonly seq: number; readonly id: string }

/** Approvals that the gate has really sealed. */
const genuine = new Set<string>()
let seconds = 0

/** The real log, router and orders. */
async function startRun(name: string) {
  const logFolder = join(folder, 'logs', name)
  makeKeys(keys, logFolder)
  const log = await startLone(folder, ['log', '--run', name, '--port', '0'])
  const router = await startLone(folder, ['router', '--port', '0', '--log', log.url])
  const { url } = router
  const startOrders = () => startLone(folder, ['orders', '--url', url])
  let orders = await startOrders()
  return {
    url,
    logFolder,
    runId: readRunId(logFolder) ?? '',
    restartOrders: async () => {
      await orders.stop('SIGKILL')
      orders = await startOrders()
    },
    stop: async () => {
      for (const one of [orders, router, log]) await one.stop()
    },
  }
}

/** Time goes on by a second: something to answer. */
async function sayTime(): Promise<Cause> {
  const time = timeAfter(++seconds)
  expect(await say('clock', bodyOf(time))).toEqual([])
  return found((event) => event.id === time.id)
}

function timeAfter(afterSeconds: number): Omit<Event<'system.time'>, 'seq'> {
  const at = start + afterSeconds * 1_000_000
  const id = `clock:e1.${afterSeconds - 1}`
  return { id, topic: 'system.time', v: 1, at, source: 'clock', cause: null, payload: { now: at } }
}

const gateSeal = (body: string): string => sealContent(gate.privateKey, sealedText(run.runId, body))

function approval(cause: Cause, more: Partial<PayloadOf<'risk.approved'>> = {}, source = 'risk'): Approval {
  const id = `${source}:${cause.seq}.0`
  const payload = {
    intent: 'strategy:3.0',
    strategy: 'ema-cross',
    instrument: 'ACME.SIM',
    side: 'buy',
    quantity: '10',
    orderType: 'market',
    timeInForce: 'GTC',
    expiresAt: start + 3_600_000_000,
    ...more,
  } as const
  const at = start + seconds * 1_000_000
  return { id, body: bodyOf({ id, topic: 'risk.approved', v: 1, at, source, cause: cause.id, payload }) }
}

async function sayGenuine(one?: Approval): Promise<Approval & { readonly seal: string; readonly text: string }> {
  const { id, body } = one ?? approval(await sayTime())
  const seal = gateSeal(body)
  const text = signedBody(body, seal)
  expect(await say('risk', text)).toEqual([])
  genuine.add(id)
  return { id, body, seal, text }
}

/** Says one event over a connection of its own; resolves with the reasons of a refusal, or with nothing once it is durable. */
function say(identity: string, text: string, secretOf = identity, url = run.url): Promise<string[]> {
  return new Promise((resolve) => {
    const end = (reasons: string[]) => void connection.close().then(() => resolve(reasons))
    const connection: Connection = new Connection({
      url,
      identity,
      secret: readSecret(keys, secretOf),
      comesBack: false,
      wish: () => ({ from: null, topics: null, isService: false }),
      onWelcome: () => connection.send({ t: 'publish', k: 0, groups: [1] }, [text]),
      onAck: () => end([]),
      onRefused: (reason) => end([reason]),
    })
  })
}

async function found(isMeant: (event: Event) => boolean, folder = logFolder): Promise<Event> {
  for (;;) {
    const event = eventsIn(folder).find(isMeant)
    if (event) return event
    await sleep(5)
  }
}

const expectOrderOf = ({ id }: Pick<Approval, 'id'>, folder = logFolder) =>
  found((event) => event.topic === 'order.submitted' && event.payload.approval === id, folder)

async function expectAlert(subject: string, message: string): Promise<void> {
  const alert = await found((event) => event.topic === 'system.alert' && event.payload.subject === subject)
  expect(alert).toMatchObject({ source: 'orders', payload: { code: 'SIGNATURE_INVALID', message } })
}

/** Orders answers in the order of the log: once it has made an order of a new approval, it has seen all before. */
async function expectOnlyGenuine(): Promise<void> {
  await expectOrderOf(await sayGenuine())
  const submitted = eventsIn(logFolder).flatMap(({ topic, payload }) =>
    topic === 'order.submitted' ? [payload.approval] : [],
  )
  expect(submitted).toEqual([...genuine])
}

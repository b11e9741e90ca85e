import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lifeOfOrder } from '#compose/order-life.ts'
import { stepsOf } from '#compose/order-life-text.ts'
import { bodyAsSaid } from '#lib/codec/event-text.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import type { Event } from '#schemas/event.ts'

let folder: string
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'trader-life-')), 'live')
})
afterEach(() => rmSync(join(folder, '..'), { recursive: true }))

const said = (id: string, topic: string, cause: string | null, payload: object): string =>
  bodyAsSaid({ id, topic, v: 1, at: 1, source: id.split(':')[0], cause, payload } as unknown as Omit<Event, 'seq'>)

describe('the life of an order', () => {
  it('by which the gate itself closes begins with what halted trading, also when it is tried again later', async () => {
    const [command, time] = ['operator:e1.0', 'clock:e1.0']
    const order = { strategy: 's', instrument: 'A.SIM' }
    const close = (seq: number, cause: string) => [
      said(`risk:${seq}.0`, 'risk.approved', cause, { ...order, intent: cause, side: 'sell', quantity: '1' }),
    ]
    const log = await openEventLog(folder)
    for (const group of [
      [said(command, 'system.command', null, { command: 'halt', reason: 'drill', operator: 'me' })],
      [
        said('risk:1.0', 'risk.halted', command, { code: 'OPERATOR', reason: 'me: drill', isFlattening: true }),
        said('risk:1.1', 'risk.approved', command, { ...order, intent: command, side: 'sell', quantity: '1' }),
      ],
      [said('orders:3.0', 'order.submitted', 'risk:1.1', { clientOrderId: 't-3-0', approval: 'risk:1.1' })],
      [said(time, 'system.time', null, { now: 1 })],
      close(5, time),
      [said('orders:6.0', 'order.submitted', 'risk:5.0', { clientOrderId: 't-6-0', approval: 'risk:5.0' })],
    ])
      expect(await log.append([group])).toMatchObject([{ kind: 'appended' }])
    await log.close()
    const topics = (id: string) => stepsOf(lifeOfOrder(folder, id)).map(({ event }) => event.topic)
    const closing = ['risk.approved', 'order.submitted']
    expect(topics('t-3-0')).toEqual(['system.command', 'risk.halted', ...closing])
    expect(topics('t-6-0')).toEqual(['system.command', 'risk.halted', 'system.time', ...closing])
  })
})

import { expect } from 'vitest'
import type { PayloadOf, Topic } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { Gateway } from '#services/venue/adapters/gateway/gateway.ts'
import type { RealVenue } from '#services/venue/adapters/gateway/real-venue.ts'
import { logged } from './logged.ts'

const settings = { windowMs: 200, inFlightMs: 50, reconcileMs: 100, external: 'refuse' } as const
export type Settings = Partial<
  Pick<ConstructorParameters<typeof Gateway>[0], keyof typeof settings | 'nowMs' | 'treeMs'>
>

export const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))
export const when = (isSo: () => boolean) => expect.poll(isSo, { timeout: 10_000, interval: 10 }).toBe(true)

/** A log, a gateway that hears it while it is started, and what that says, which is not in the log. */
export function gatewayScene(instrument: string) {
  const said: Statement[] = []
  const notes: string[] = []
  /** What no log would have taken. [G51] */
  const refused: string[] = []
  const log: Event[] = []
  let gateway: Gateway | null = null
  const into = <T extends Topic>(topic: T, payload: PayloadOf<T>): void => {
    const event = logged(log, { topic, payload } as Statement)
    gateway?.hear(event)
  }
  const stop = () => {
    gateway?.close()
    gateway = null
    expect(refused.splice(0)).toEqual([])
  }
  const forget = () => said.splice(0)
  /** What it had said is in the log, and it hears that. */
  const hearBack = () => {
    for (const { topic, payload } of forget()) into(topic, payload as never)
  }
  const topics = () => said.map(({ topic }) => topic)
  const submit = (clientOrderId: string, more: object = {}) =>
    into('order.submitted', submitted(clientOrderId, instrument, more))
  const list = (listed = instrument) =>
    into('md.instrument', {
      ...{ instrument: listed, kind: 'spot', tickSize: '0.01', lotSize: '0.001', multiplier: '1', currency: 'USDT' },
      isSimulated: true,
    })
  const hasSaid = (topic: Topic) => when(() => topics().includes(topic))
  return {
    said,
    notes,
    refused,
    into,
    stop,
    forget,
    topics,
    /** A log that is configured, and nothing else. */
    begin: () => {
      stop()
      forget()
      notes.length = log.length = 0
      into('system.config', { service: 'orders', hash: 'a'.repeat(64), config: {} })
    },
    /** A gateway that has heard the whole log. */
    start: (venue: RealVenue, more: Settings = {}) => {
      const started = new Gateway({
        ...settings,
        nowMs: Date.now,
        ...more,
        venue,
        say: (statement) => {
          said.push(statement)
          const { topic, payload } = statement
          if (topic === 'system.alert' && payload.code === 'VENUE_REPORT_REFUSED') refused.push(payload.message)
        },
        note: (message) => notes.push(message),
      })
      for (const event of log) started.hear(event)
      started.caughtUp()
      gateway = started
    },
    submit,
    list,
    hasSaid,
    /** The gateway ends, and what it had said is in the log. */
    die: () => {
      stop()
      hearBack()
    },
    hearBack,
    /** Once it is reconciled, an order of these terms is rejected with this code. */
    rejects: async (code: string, terms: object) => {
      await hasSaid('venue.reconciled')
      submit('t-1-0', terms)
      await hasSaid('order.rejected')
      expect(said.at(-1)?.payload).toMatchObject({ code })
    },
  }
}

/** A buy of 1 at 90, for a minute. */
export const submitted = (
  clientOrderId: string,
  instrument: string,
  more: object = {},
): PayloadOf<'order.submitted'> => ({
  clientOrderId,
  approval: 'risk:1.0',
  strategy: 'test',
  instrument,
  side: 'buy',
  quantity: '1.000',
  orderType: 'limit',
  limitPrice: '90.00',
  timeInForce: 'GTC',
  expiresAt: (Date.now() + 60_000) * 1_000,
  ...more,
})

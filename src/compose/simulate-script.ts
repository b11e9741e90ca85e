import { z } from 'zod'
import { feeBoundOf } from '#compose/capital-configs.ts'
import { currenciesOf } from '#compose/service-configs.ts'
import { Conversions } from '#lib/domain/conversion.ts'
import { fileLines } from '#lib/files/file-lines.ts'
import { InProcess } from '#lib/kernel/in-process.ts'
import { anyService } from '#lib/kernel/service.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { catalogue, isTopic, type PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Fact } from '#schemas/event.ts'
import { Currency, Money } from '#schemas/primitives.ts'
import { orders } from '#services/orders/service.ts'
import { pnl } from '#services/pnl/service.ts'
import { RiskConfig, risk } from '#services/risk/service.ts'
import { VenueConfig, venue } from '#services/venue/service.ts'

const Account = z.strictObject({
  currency: Currency,
  startingCash: Money,
  conversions: Conversions.optional(),
  fifo: z.boolean().optional(),
})
const Settings = z.strictObject({
  account: Account.default({ currency: 'USD', startingCash: '100000' }),
  venue: VenueConfig.omit({ currency: true, currencies: true }),
  risk: RiskConfig.omit({ currency: true, startingCash: true, conversions: true }).prefault({}),
})
const At = z.union([z.int().min(0), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text) * 1_000)])
const Line = z.union([
  z.strictObject({ settings: Settings }),
  z.strictObject({ at: At, wish: catalogue['instrument.resolved'].schema.partial({ intent: true, role: true }) }),
  z.strictObject({ at: At, topic: z.string(), payload: z.unknown() }),
])

export type Simulation = {
  readonly account: PayloadOf<'pnl.snapshot'>
  readonly orders: number
  readonly fills: number
  readonly refused: number
  /** What gate and venue refused, in order. */
  readonly refusals: readonly Refusal[]
}
export type Refusal = Event<'risk.rejected'> | Event<'order.rejected'>

const heard = [
  'md.instrument',
  'md.tick',
  'md.bar',
  'md.depth',
  'md.order',
  'md.option.tick',
  'md.status',
  'system.command',
]

/**
 * Takes a script, JSON lines, through the risk gate, the order engine, the simulated venue and the books: settings first, then facts
 * of the market and wishes, in order of time. Every event goes to `sink`. Throws a UserError with the line of a fault.
 */
export function simulateScript(file: string, sink: (event: Event) => void): Simulation {
  const counts = { orders: 0, fills: 0 }
  const refusals: Refusal[] = []
  let account: PayloadOf<'pnl.snapshot'> | null = null
  const run = new InProcess(
    [venue, orders, pnl, risk].map((service) => anyService(service as never)),
    (event) => {
      if (event.topic === 'order.submitted') counts.orders++
      if (event.topic === 'order.fill') counts.fills++
      if (event.topic === 'risk.rejected' || event.topic === 'order.rejected') refusals.push(event)
      if (event.topic === 'pnl.snapshot') account = event.payload
      sink(event)
    },
  )
  let [number, at, n, isSet] = [0, 0, 0, false]
  const publish = (topic: string, payload: unknown) =>
    run.publish('script', { topic, payload, at, epoch: 1, n: n++ } as Fact)
  for (const text of fileLines(file)) {
    number++
    if (text.trim() === '') continue
    const fault = (message: string) => new UserError(message, { file, line: number })
    const line = parsed(text, fault)
    if ('settings' in line) {
      if (isSet) throw fault('settings are said once, in the first line')
      isSet = true
      for (const [service, config] of configsOf(line.settings))
        publish('system.config', { service, hash: '0'.repeat(64), config })
      continue
    }
    if (!isSet) throw fault('the first line says the settings: {"settings": {"venue": {"fill": "touch"}}}')
    if (line.at < at) throw fault(`time goes back, from ${at} to ${line.at}`)
    at = line.at
    if ('wish' in line) publish('instrument.resolved', { intent: `script:e1.${n}`, role: 'script', ...line.wish })
    else publish(line.topic, payloadOf(line, fault))
    publish('system.time', { now: at })
  }
  if (account === null) throw new UserError('nothing was listed: an md.instrument is missing', { file })
  return { account, ...counts, refused: refusals.length, refusals }
}

function configsOf({ account, venue: venueSettings, risk: riskSettings }: z.infer<typeof Settings>) {
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
  const { fifo: _, ...money } = account
  return [
    ['venue', plain({ ...venueSettings, ...currenciesOf(account) })],
    ['orders', {}],
    ['pnl', account],
    ['risk', plain({ ...money, feeBound: feeBoundOf(riskSettings, venueSettings), ...riskSettings })],
  ] as const
}

function parsed(text: string, fault: (message: string) => UserError): z.infer<typeof Line> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw fault(`is not JSON: ${(error as Error).message}`)
  }
  const line = Line.safeParse(json)
  if (line.success) return line.data
  const [issue] = line.error.issues
  const inner = issue?.code === 'invalid_union' ? issue.errors.flat().find(({ path }) => path.length > 1) : undefined
  const { path = [], message = 'expected settings, a wish or a fact' } = inner ?? issue ?? {}
  throw fault(`${path.join('.')}${path.length > 0 ? ': ' : ''}${message}`)
}

function payloadOf({ topic, payload }: { topic: string; payload?: unknown }, fault: (message: string) => UserError) {
  if (!isTopic(topic) || !heard.includes(topic)) throw fault(`a script says no ${topic}; it says ${heard.join(', ')}`)
  const checked = catalogue[topic].schema.safeParse(payload)
  if (checked.success) return checked.data
  const [issue] = checked.error.issues
  throw fault(`payload.${issue?.path.join('.')}: ${issue?.message}`)
}

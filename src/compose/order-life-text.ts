import type { Event } from '#schemas/event.ts'
import { type OrderLife, payloadIf } from './order-life.ts'

/** A step of an order's life: what happened, in words and numbers. */
export type LifeStep = { readonly depth: number; readonly event: Event; readonly words: string }

/** The steps of a life in order, each as deep as its cause is behind it. */
export function stepsOf(life: OrderLife): LifeStep[] {
  const { seen, intent, resolution, verdicts, order, reasons, pnl } = life
  const steps: LifeStep[] = []
  let depth = 0
  const add = (event: Event | null, deeper = true) => {
    if (event === null || steps.some((step) => step.event.id === event.id)) return
    const { clientOrderId } = event.payload as { clientOrderId?: string }
    const isOfOther = clientOrderId !== undefined && reasons.includes(event)
    steps.push({ depth, event, words: `${isOfOther ? `clientOrderId ${clientOrderId}, ` : ''}${wordsOf(event)}` })
    if (deeper) depth++
  }
  const [fact, ...answers] = seen
  add(fact ?? null)
  for (const answer of answers) add(answer, answer === answers.at(-1))
  add(intent)
  add(resolution)
  const approval = verdicts.at(-1) ?? null
  for (const verdict of verdicts) add(verdict, verdict === approval)
  const [submission, ...reports] = order
  const addReasons = (before: Event | undefined) => {
    for (const reason of reasons) if (before !== undefined && reason.seq < before.seq) add(reason, false)
  }
  addReasons(submission)
  add(submission ?? null)
  for (const report of reports) {
    addReasons(report)
    add(report, false)
    for (const update of pnl) {
      if (update.cause !== report.id) continue
      depth++
      add(update, false)
      depth--
    }
  }
  return steps
}

/** What an event says, in a line. */
export function wordsOf(event: Event): string {
  const payload = event.payload as Record<string, unknown>
  const fields = fieldsOf[event.topic] ?? Object.keys(payload).slice(0, 5)
  const named = fields.filter((name) => payload[name] !== undefined && payload[name] !== null)
  return named.map((name) => `${name} ${textOf(payload[name])}`).join(', ')
}

type Limits = Readonly<Record<string, unknown>>
type GateConfig = {
  limits?: Limits
  instruments?: Record<string, Limits>
  strategies?: Record<string, Limits>
  margin?: unknown
  feeBound?: unknown
}

/** The limits of the gate in force at an approval, an instrument's and a strategy's own in place of those for all, as `name value` pairs. */
export function limitsText(life: OrderLife): string {
  const config = payloadIf(life.limits, 'system.config')?.config as GateConfig | undefined
  const { instrument, strategy } = (life.verdicts.at(-1)?.payload ?? {}) as Record<string, string | undefined>
  const { limits, instruments, strategies, margin, feeBound } = config ?? {}
  const own = [instruments?.[instrument ?? ''], strategies?.[strategy ?? '']]
  const all = Object.entries(
    Object.assign({}, limits, ...own, margin && { margin }, feeBound && { feeBound }) as Limits,
  )
  const shown = all.filter(([name, value]) => !(name === 'isTradable' && value) && !(name === 'isReduceOnly' && !value))
  return shown.length === 0 ? 'none' : shown.map(([name, value]) => `${name} ${textOf(value)}`).join(', ')
}

/** As a tree, causes above effects. */
export const treeText = (steps: readonly LifeStep[]): string =>
  steps
    .map(({ depth, event, words }) => {
      const branch = depth === 0 ? '' : `${'   '.repeat(depth - 1)}└─ `
      return `${branch}${event.topic}  ${event.id}  ${isoMicros(event.at)}  ${words}`
    })
    .join('\n')

export const isoMicros = (at: number): string => {
  const ms = Math.floor(at / 1_000)
  return `${new Date(ms).toISOString().slice(0, -1)}${String(at - ms * 1_000).padStart(3, '0')}Z`
}

/** What an order says beside its instrument, side and quantity. */
const terms = [
  'orderType',
  'limitPrice',
  'stopPrice',
  'trailingOffset',
  'timeInForce',
  'activeUntil',
  'isPostOnly',
  'isReduceOnly',
  'bracket',
] as const

const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  'md.bar': ['instrument', 'interval', 'open', 'high', 'low', 'close', 'volume'],
  'md.tick': ['instrument', 'kind', 'price', 'size', 'bid', 'ask'],
  'strategy.intent': ['strategy', 'role', 'target', 'size', 'isUrgent', 'protect', 'reason', 'saw', 'hash'],
  'instrument.resolved': ['instrument', 'target', ...terms, 'referencePrice'],
  'system.command': [
    'command',
    'order',
    'limitPrice',
    'quantity',
    'target',
    'instrument',
    'whenHalted',
    'isGone',
    'reason',
    'operator',
  ],
  'risk.approved': ['side', 'quantity', 'instrument', ...terms],
  'risk.rejected': ['code', 'value', 'limit'],
  'risk.superseded': ['instrument'],
  'risk.halted': ['code', 'reason', 'value', 'limit', 'state', 'isFlattening'],
  'order.adopted': ['clientOrderId', 'side', 'quantity', 'instrument', 'limitPrice', 'filled', 'venueOrderId'],
  'order.submitted': ['clientOrderId', 'closes', 'side', 'quantity', 'instrument', ...terms],
  'order.denied': ['clientOrderId', 'code'],
  'order.accepted': ['venueOrderId'],
  'order.rejected': ['code'],
  'order.fill': ['quantity', 'price', 'fee', 'currency', 'liquidity', 'leavesQuantity', 'tradeId'],
  'order.cancel_requested': ['reason'],
  'order.superseded': ['instrument'],
  'order.mass_cancel_reported': ['of', 'canceled', 'filled', 'expired', 'rejected', 'openCount'],
  'order.update_requested': ['limitPrice', 'quantity', 'reason'],
  'order.updated': ['limitPrice', 'quantity'],
  'order.update_rejected': ['code', 'reason'],
  'order.canceled': ['leavesQuantity', 'reason'],
  'order.expired': ['leavesQuantity', 'reason'],
  'pnl.update': ['position', 'averagePrice', 'realized', 'unrealized', 'fees', 'paid'],
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

import { parseDocument } from 'yaml'
import { yamlValue } from '#lib/files/yaml-value.ts'
import type { StrategyDefinition } from '#lib/strategy/strategy-definition.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { type OrderTerms, RoleOrders } from '#services/resolver/service.ts'
import type { Topology } from './topology.ts'

type Roles = Topology['strategies'][number]['roles']

/** Throws a UserError where orders are asked for that a strategy's roles cannot have. [S20] [S21] */
export function checkOrders(
  { name, trade, stop, target, trail, series }: StrategyDefinition,
  file: string,
  roles: Roles,
  { entry, exit, protection }: RoleOrders,
  venue: Topology['venue']['kind'],
): void {
  const refuse = (message: string, hint: string): never => {
    throw new UserError(`orders of ${name}: ${message}`, { file, hint })
  }
  const optional = trade.find(({ role, wish }) => wish !== undefined || typeof roles[role] === 'object')
  for (const terms of [entry, exit])
    if (optional && terms && !isForOptions(terms))
      refuse(
        `${wordOf(terms)} orders are not for the options of ${optional.role}`,
        'market, or limit and not post-only',
      )
  if (protection !== 'venue') return
  if (!stop && !target && !trail)
    refuse('protection at the venue has nothing to keep there', 'the strategy says stop, target or trail')
  if (venue === 'deribit' && stop && trail)
    refuse(
      'stop and trail cannot both be protected at Deribit',
      'there a trailing stop begins at its own distance: say one of them',
    )
  if (optional)
    refuse(
      `the options of ${optional.role} cannot be protected at the venue`,
      'stop, target and trail are of the price that the strategy reads, not of a premium: it looks after them itself',
    )
  const measured = roles[series[0]?.role ?? '']
  const other = trade.find(({ role }) => roles[role] !== measured)
  if (other)
    refuse(
      `${other.role} cannot be protected at the venue`,
      `stop, target and trail are of the price of the first series, ${series[0]?.role}: the strategy looks after them itself`,
    )
}

/** `--orders 'entry: { type: limit, limitBps: 5 }'`. Throws a UserError that names the fault. */
export function ordersOfFlag(text: string): RoleOrders {
  const document = parseDocument(text)
  const [broken] = document.errors
  if (broken) throw new UserError(`--orders: ${broken.message.split('\n')[0]}`)
  const read = yamlValue(document)
  if ('fault' in read) throw new UserError(`--orders: ${read.fault}`)
  const parsed = RoleOrders.safeParse(read.value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new UserError(`--orders: ${[...(issue?.path ?? []), issue?.message].join(' ')}`, {
    hint: "as in a topology: 'entry: { type: limit, limitBps: 5, timeInForce: IOC }'",
  })
}

const isForOptions = (terms: OrderTerms): boolean =>
  terms.type === 'market' || (terms.type === 'limit' && !terms.isPostOnly)

const wordOf = (terms: OrderTerms): string => (terms.type === 'limit' ? 'post-only' : terms.type)

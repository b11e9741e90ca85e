import type { z } from 'zod'
import { didYouMean } from '#lib/strategy/did-you-mean.ts'
import { rolesRead, type StrategyDefinition } from '#lib/strategy/strategy-definition.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { Topology } from './topology.ts'

export type Roles = NonNullable<z.input<typeof Topology>['strategies']>[number]['roles']

/**
 * What the roles of a strategy mean in a market: as `--instrument ROLE=INSTRUMENT` says, the only instrument otherwise. A role that is
 * traded and not read is options on the first role's instrument. Throws a UserError for what is not clear.
 */
export function rolesIn(
  definition: StrategyDefinition | null,
  named: readonly string[],
  instruments: readonly string[],
): Roles {
  const said = new Map<string, Roles[string]>(named.map((pair) => namedRole(pair, instruments)))
  const read = definition ? rolesRead(definition) : []
  if (definition)
    refuseUnknown([...said.keys()], [...read, ...definition.trade.map(({ role }) => role)], definition.name)
  for (const role of read) if (!said.has(role)) said.set(role, onlyInstrument(role, instruments))
  const underlying = said.get(read[0] ?? '')
  for (const { role } of definition?.trade ?? [])
    if (!said.has(role) && typeof underlying === 'string') said.set(role, { option: { underlying } })
  return Object.fromEntries(said)
}

function refuseUnknown(named: readonly string[], roles: readonly string[], strategy: string): void {
  const unknown = named.find((role) => !roles.includes(role))
  if (unknown === undefined) return
  throw new UserError(`--instrument ${unknown}=...: ${strategy} has no role ${unknown}${didYouMean(unknown, roles)}`, {
    hint: `it has ${[...new Set(roles)].join(', ')}`,
  })
}

function namedRole(pair: string, instruments: readonly string[]): readonly [string, string] {
  const [role, instrument] = pair.split('=')
  if (!role || !instrument) throw new UserError(`--instrument ${pair}: expected ROLE=INSTRUMENT`)
  if (!instruments.includes(instrument))
    throw new UserError(`the data has no ${instrument}`, { hint: `it has ${instruments.slice(0, 5).join(', ')}` })
  return [role, instrument]
}

function onlyInstrument(role: string, instruments: readonly string[]): string {
  const [only, another] = instruments
  if (only !== undefined && another === undefined) return only
  throw new UserError(`which instrument is ${role}?`, { hint: `name one: --instrument ${role}=${only ?? '...'}` })
}

import { createInterface } from 'node:readline/promises'
import { Flags } from '@oclif/core'
import { UserError } from '#lib/terminal/user-error.ts'
import type { Topology } from './topology.ts'

export const liveFlags = {
  live: Flags.boolean({ description: 'Real money: needed where venue.environment is production' }),
  confirm: Flags.string({
    helpValue: 'WORDS',
    description: 'The words that a terminal would ask for, where there is none',
  }),
}
export type LiveFlags = { readonly live: boolean; readonly confirm?: string }

export const isProduction = ({ venue }: Topology): boolean =>
  venue.kind !== 'simulated' && venue.environment === 'production'

/** Refuses what must never meet real money. Throws a UserError. [G18] */
export function refuseUnlimited(topology: Topology, isLive: boolean): void {
  if (!isProduction(topology)) return
  if (!isLive) throw new UserError('venue.environment is production', { hint: 'add --live to trade real money' })
  if (topology.feed.kind !== 'exchange') throw new UserError('real money is traded on the prices of an exchange only')
  const { limits } = topology.risk
  const missing = (['maxOrderNotional', 'maxGrossExposure', 'maxOrdersPerMinute'] as const).filter(
    (limit) => limits[limit] === undefined,
  )
  const hasLossLimit = limits.maxDrawdown !== undefined || limits.maxDailyLoss !== undefined
  const lacks = [...missing, ...(hasLossLimit ? [] : ['maxDrawdown or maxDailyLoss'])]
  if (lacks.length > 0)
    throw new UserError(`real money is not traded without limits: risk.limits lacks ${lacks.join(', ')}`)
}

/** The operator types that real money is meant. Throws a UserError where that does not happen. [G18] */
export async function confirmProduction(topology: Topology, { live, confirm }: LiveFlags): Promise<void> {
  refuseUnlimited(topology, live)
  if (!isProduction(topology)) return
  const words = `trade real money at ${placeOf(topology.venue)}`
  const typed = confirm ?? (process.stdin.isTTY ? await askFor(words) : '')
  if (typed.trim() !== words)
    throw new UserError('nothing started: real money was not confirmed', {
      hint: process.stdin.isTTY ? `type: ${words}` : `there is no terminal: --confirm "${words}"`,
    })
}

/** `binance`, or `kraken through ccxt`. */
const placeOf = (venue: Topology['venue']): string =>
  venue.kind === 'ccxt' ? `${venue.exchange} through ccxt` : venue.kind

async function askFor(words: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const typed = await terminal.question(`type "${words}" to go on: `)
  terminal.close()
  return typed
}

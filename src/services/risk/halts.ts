import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import type { Account, Halt } from './account.ts'
import { flattenNow } from './flatten.ts'
import { restartPeak } from './losses.ts'

export type WhenHalted = Account['config']['whenHalted']

/** Not everything may pass from here on. */
export function foldHalted(account: Account, { id, payload }: Event<'risk.halted'>): void {
  const { code, state = 'REDUCING', isFlattening = false } = payload
  account.halt = { by: id, code, state, isFlattening }
  account.hasLimitHalted ||= code !== 'OPERATOR' && code !== 'DISK_FULL'
}

/** Everything may; the peak is a new one, but where the disk alone had halted. [R16] [R57] */
export function foldResumed(account: Account, { only }: PayloadOf<'risk.resumed'>): void {
  if (account.halt?.code === 'DISK_FULL') account.isDiskFull = false
  account.halt = null
  if (only !== undefined) return
  account.closing.clear()
  account.hasLimitHalted = false
  restartPeak(account)
}

/** The halt, as the configuration wants it, and leave to close what has nothing at work, where it flattens. */
export function haltWith(
  account: Account,
  cause: string,
  why: { readonly code: Halt['code']; readonly reason: string; readonly value?: string; readonly limit?: string },
  whenHalted: WhenHalted = account.config.whenHalted,
): Statement<'risk.halted' | 'risk.approved' | 'system.alert'>[] {
  const state = stateOf(whenHalted)
  if (whenHalted !== 'flatten') return [{ topic: 'risk.halted', payload: { ...why, state } }]
  const halted = { topic: 'risk.halted', payload: { ...why, state, isFlattening: true } } as const
  return [halted, ...flattenNow(account, cause, false)]
}

/** May a limit halt? While nothing is halted, and once where an operator halted to less than the configuration says. [R15] */
export const mayLimitHalt = ({ halt, hasLimitHalted, config }: Account): boolean =>
  halt === null ||
  halt.code === 'DISK_FULL' ||
  (!hasLimitHalted && strength(config.whenHalted) > strength(whenHaltedOf(halt)))

const strength = (whenHalted: WhenHalted): number => ['reduce', 'refuse', 'flatten'].indexOf(whenHalted)

const whenHaltedOf = ({ state, isFlattening }: Halt): WhenHalted =>
  isFlattening ? 'flatten' : state === 'HALTED' ? 'refuse' : 'reduce'

const stateOf = (whenHalted: WhenHalted): Halt['state'] => (whenHalted === 'reduce' ? 'REDUCING' : 'HALTED')

export const isSo = (halt: Halt, asked: WhenHalted): boolean => whenHaltedOf(halt) === asked

import { commandResult, operatorWords } from '#lib/domain/operator-command.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import type { Account, Halt } from './account.ts'
import { flattenNow } from './flatten.ts'
import { restartPeak } from './losses.ts'

type Said = Statement<
  | 'risk.halted'
  | 'risk.resumed'
  | 'risk.strategy_halted'
  | 'risk.strategy_resumed'
  | 'risk.approved'
  | 'system.alert'
  | 'system.command.result'
>

/** An operator halts or resumes all trading, or one strategy; other commands are for others. [R14] [R35] [R52] */
export function answerCommand(account: Account, { id, payload, source }: Event<'system.command'>): readonly Said[] {
  const { command, target, whenHalted: asked } = payload
  const { halt } = account
  const done = (message: string) => commandResult(id, true, message)
  const words = operatorWords(payload)
  if (source === 'router') return answerRouter(halt, command, words, done)
  switch (command) {
    case 'halt':
      if (halt !== null && halt.code !== 'DISK_FULL' && (asked === undefined || isSo(halt, asked)))
        return [done(`halted already: ${halt.code}`)]
      return [
        ...haltWith(account, id, { code: 'OPERATOR', reason: words }, asked),
        done(haltMessage(asked ?? account.config.whenHalted)),
      ]
    case 'resume':
      return [
        ...(halt === null ? [] : [{ topic: 'risk.resumed', payload: { reason: words } } as const]),
        ...(isBehindHalt(account) ? [diskFull(diskStillFull)] : []),
        resumedFrom(account, id),
      ]
    case 'strategy.resume':
    case 'strategy.halt': {
      // The strategy service says so.
      if (target === undefined) return []
      const code = account.strategies.get(target)?.halted ?? null
      return command === 'strategy.halt' ? haltOne(target, code, words, done) : resumeOne(target, code, words, done)
    }
    case 'cancel_all':
    case 'chain.snapshot':
    case 'order.replace':
    case 'order.cancel':
    case 'position.close':
      return []
  }
}

/** The disk of the log is nearly full, or has space again: of that the router halts and resumes, and of nothing else. [R57] */
function answerRouter(halt: Halt | null, command: string, reason: string, done: Done): readonly Said[] {
  if (command === 'halt')
    return halt === null ? [diskFull(reason), done(haltMessage('reduce'))] : [done(`halted already: ${halt.code}`)]
  if (halt?.code === 'DISK_FULL')
    return [{ topic: 'risk.resumed', payload: { reason, only: 'DISK_FULL' } }, done('resumed from DISK_FULL')]
  return [done(halt === null ? 'not halted' : `halted by ${halt.code}: not resumed`)]
}

const diskFull = (reason: string): Statement<'risk.halted'> => ({
  topic: 'risk.halted',
  payload: { code: 'DISK_FULL', reason, state: 'REDUCING' },
})

const diskStillFull = 'the disk of the log is nearly full'

/** Is the disk full while something else halts? [R57] */
const isBehindHalt = ({ halt, isDiskFull }: Account): boolean =>
  isDiskFull && halt !== null && halt.code !== 'DISK_FULL'

type Done = (message: string) => Statement<'system.command.result'>

/** One strategy adds nothing from here on, whatever its process says. [R52] */
function haltOne(strategy: string, halted: string | null, reason: string, done: Done): readonly Said[] {
  if (halted !== null) return [done(`the gate had halted ${strategy} already: ${halted}`)]
  return [
    { topic: 'risk.strategy_halted', payload: { strategy, code: 'OPERATOR', reason } },
    done(`the gate gives ${strategy} no leave to add until resume`),
  ]
}

/** It may again. [R35] */
function resumeOne(strategy: string, halted: string | null, reason: string, done: Done): readonly Said[] {
  if (halted === null) return [done(`the gate had not halted ${strategy}`)]
  return [
    { topic: 'risk.strategy_resumed', payload: { strategy, reason } },
    done(`the gate gives ${strategy} leave again`),
  ]
}

/** Not everything may pass from here on. */
export function foldHalted(account: Account, { id, payload }: Event<'risk.halted'>): void {
  const { code, state = 'REDUCING', isFlattening = false } = payload
  account.halt = { by: id, code, state, isFlattening }
  account.hasLimitHalted ||= code !== 'OPERATOR' && code !== 'DISK_FULL'
}

/** How it is with the disk, whatever halts meanwhile. [R57] */
export function foldDisk(account: Account, { source, payload }: Event<'system.command'>): void {
  if (source === 'router') account.isDiskFull = payload.command === 'halt'
}

/** What was halted by itself may be traded again. [R42] */
export function foldPassAgain(account: Account, { instruments }: PayloadOf<'system.command.result'>): void {
  if (instruments !== undefined)
    account.haltedInstruments = account.haltedInstruments.filter((halted) => !instruments.includes(halted))
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
): Said[] {
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

function resumedFrom(account: Account, command: string): Statement<'system.command.result'> {
  const { halt, haltedInstruments } = account
  const next = isBehindHalt(account) ? `; halted now by DISK_FULL, since ${diskStillFull}` : ''
  const from = halt === null ? 'not halted' : `resumed from ${halt.code}${next}`
  if (haltedInstruments.length === 0) return commandResult(command, true, from)
  const again = `orders in ${haltedInstruments.join(', ')} pass again`
  const { topic, payload } = commandResult(command, true, halt === null ? again : `${from}; ${again}`)
  return { topic, payload: { ...payload, instruments: [...haltedInstruments] } }
}

const strength = (whenHalted: WhenHalted): number => ['reduce', 'refuse', 'flatten'].indexOf(whenHalted)

const whenHaltedOf = ({ state, isFlattening }: Halt): WhenHalted =>
  isFlattening ? 'flatten' : state === 'HALTED' ? 'refuse' : 'reduce'

type WhenHalted = Account['config']['whenHalted']

const stateOf = (whenHalted: WhenHalted): Halt['state'] => (whenHalted === 'reduce' ? 'REDUCING' : 'HALTED')

const isSo = (halt: Halt, asked: WhenHalted): boolean => whenHaltedOf(halt) === asked

const haltMessage = (whenHalted: WhenHalted): string => {
  switch (whenHalted) {
    case 'reduce':
      return 'halted: no new exposure until resume'
    case 'refuse':
      return 'halted: nothing passes until resume'
    case 'flatten':
      return 'halted: every position is closed, and nothing else passes until resume'
  }
}

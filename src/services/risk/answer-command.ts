import { commandResult, operatorWords } from '#lib/domain/operator-command.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import type { Account, Halt } from './account.ts'
import { answerClose, foldClose } from './close-position.ts'
import { haltWith, isSo, type WhenHalted } from './halts.ts'

type Said =
  | Statement<'risk.resumed' | 'risk.strategy_halted' | 'risk.strategy_resumed' | 'system.command.result'>
  | ReturnType<typeof haltWith>[number]
  | ReturnType<typeof answerClose>[number]

/** An operator halts or resumes all trading, or one strategy, or wishes that a position be flat; other commands are for others. [R14] [R35] [R52] [R54] */
export function answerCommand(account: Account, event: Event<'system.command'>): readonly Said[] {
  const { id, payload, source } = event
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
      return []
    case 'position.close':
      return answerClose(account, event)
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

/** A position is to be closed; or so it is with the disk, whatever halts meanwhile. [R54] [R57] */
export function foldCommand(account: Account, event: Event<'system.command'>): void {
  const { command } = event.payload
  if (command === 'position.close') foldClose(account, event)
  if (event.source === 'router') account.isDiskFull = command === 'halt'
}

/** What was halted by itself may be traded again. [R42] */
export function foldPassAgain(account: Account, { instruments }: PayloadOf<'system.command.result'>): void {
  if (instruments !== undefined)
    account.haltedInstruments = account.haltedInstruments.filter((halted) => !instruments.includes(halted))
}

function resumedFrom(account: Account, command: string): Statement<'system.command.result'> {
  const { halt, haltedInstruments } = account
  const next = isBehindHalt(account) ? `; halted now by DISK_FULL, since ${diskStillFull}` : ''
  const from = halt === null ? 'not halted' : `resumed from ${halt.code}${next}`
  if (haltedInstruments.length === 0) return commandResult(command, true, from)
  const again = `orders in ${haltedInstruments.join(', ')} pass again`
  const { topic, payload } = commandResult(command, true, halt === null ? again : `${from}; ${again}`)
  return { topic, payload: { ...payload, instruments: [...haltedInstruments] } }
}

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

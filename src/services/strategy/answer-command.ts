import type { Event, Statement } from '#schemas/event.ts'
import type { Running } from './running.ts'
import { flatAtMarket, statusOf } from './say-intents.ts'
import type { State } from './state.ts'
import type { BoundStrategy } from './strategy-config.ts'

type Command = Event<'system.command'>
type Said = Statement<'strategy.intent' | 'strategy.status' | 'system.command.result'>

/** An operator halts or resumes one strategy; other commands are for others. [T15]-[T17] */
export function answerCommand({ config, running }: State, command: Command): readonly Said[] {
  const { command: asked, target, reason, operator } = command.payload
  if (asked !== 'strategy.halt' && asked !== 'strategy.resume') return []
  if (target === undefined) return [result(command, false, 'name a strategy')]
  const n = config.strategies.findIndex(({ definition }) => definition.name === target)
  const bound = config.strategies[n]
  const known = running[n]
  if (!bound || !known) return [result(command, false, `no strategy is called ${target}`)]
  const words = `${operator}: ${reason}`.slice(0, 1900)
  return asked === 'strategy.halt' ? halt(command, bound, known, words) : resume(command, bound, known, words)
}

function halt(
  command: Command,
  bound: BoundStrategy,
  { isHalted, wished, exit }: Running,
  words: string,
): readonly Said[] {
  const { name } = bound.definition
  if (isHalted) return [result(command, true, `${name} is halted already`)]
  const halted = statusOf(bound, 'halted', words)
  const was = exit?.owed ? `it goes on wishing to be flat (${exit.owed})` : 'it was flat'
  if (wished === 'flat') return [halted, result(command, true, `${name} halted; ${was}`)]
  const done = result(command, true, `${name} halted; it was ${wished} and wishes to be flat`)
  return [halted, ...flatAtMarket(bound, `halted by ${words}`), done]
}

function resume(
  command: Command,
  bound: BoundStrategy,
  { isHalted, isFailed }: Running,
  words: string,
): readonly Said[] {
  const { name } = bound.definition
  if (!isHalted && !isFailed) return [result(command, true, `${name} is not halted`)]
  return [statusOf(bound, 'active', words), result(command, true, `${name} resumed`)]
}

const result = ({ id }: Command, isDone: boolean, message: string): Said => ({
  topic: 'system.command.result',
  payload: { command: id, isDone, message },
})

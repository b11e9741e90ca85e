import { commandResult, operatorWords } from '#lib/domain/operator-command.ts'
import type { Event, Statement } from '#schemas/event.ts'
import type { Running } from './running.ts'
import { flatAtMarket, statusOf } from './say-intents.ts'
import type { State } from './state.ts'
import type { BoundStrategy } from './strategy-config.ts'

type Command = Event<'system.command'>
type Said = Statement<'strategy.intent' | 'strategy.status' | 'system.command.result'>

/** An operator halts or resumes one strategy; other commands are for others. [T15]-[T17] */
export function answerCommand({ config, running }: State, command: Command): readonly Said[] {
  const { command: asked, target } = command.payload
  if (asked !== 'strategy.halt' && asked !== 'strategy.resume') return []
  if (target === undefined) return [commandResult(command.id, false, 'name a strategy')]
  const n = config.strategies.findIndex(({ definition }) => definition.name === target)
  const bound = config.strategies[n]
  const known = running[n]
  if (!bound || !known) return [commandResult(command.id, false, `no strategy is called ${target}`)]
  const words = operatorWords(command.payload).slice(0, 1_900)
  return asked === 'strategy.halt' ? halt(command, bound, known, words) : resume(command, bound, known, words)
}

function halt(
  command: Command,
  bound: BoundStrategy,
  { isHalted, wished, exit }: Running,
  words: string,
): readonly Said[] {
  const { name } = bound.definition
  if (isHalted) return [commandResult(command.id, true, `${name} is halted already`)]
  const halted = statusOf(bound, 'halted', words)
  const was = exit?.owed ? `it goes on wishing to be flat (${exit.owed})` : 'it was flat'
  if (wished === 'flat') return [halted, commandResult(command.id, true, `${name} halted; ${was}`)]
  const done = commandResult(command.id, true, `${name} halted; it was ${wished} and wishes to be flat`)
  return [halted, ...flatAtMarket(bound, `halted by ${words}`), done]
}

function resume(
  command: Command,
  bound: BoundStrategy,
  { isHalted, isFailed }: Running,
  words: string,
): readonly Said[] {
  const { name } = bound.definition
  if (!isHalted && !isFailed) return [commandResult(command.id, true, `${name} is not halted`)]
  return [statusOf(bound, 'active', words), commandResult(command.id, true, `${name} resumed`)]
}

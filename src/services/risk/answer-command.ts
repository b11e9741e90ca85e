import type { Event, Statement } from '#schemas/event.ts'
import type { Account } from './account.ts'

/** An operator halts or resumes all trading; other commands are for others. [R14] */
export function answerCommand(
  { halted }: Account,
  { id, payload: { command, reason, operator } }: Event<'system.command'>,
): readonly Statement<'risk.halted' | 'risk.resumed' | 'system.command.result'>[] {
  const done = (message: string) =>
    ({ topic: 'system.command.result', payload: { command: id, isDone: true, message } }) as const
  const words = `${operator}: ${reason}`.slice(0, 2000)
  if (command === 'halt') {
    if (halted !== null) return [done(`halted already: ${halted}`)]
    return [
      { topic: 'risk.halted', payload: { code: 'OPERATOR', reason: words } },
      done('halted: no new exposure until resume'),
    ]
  }
  if (command === 'resume') {
    if (halted === null) return [done('not halted')]
    return [{ topic: 'risk.resumed', payload: { reason: words } }, done(`resumed from ${halted}`)]
  }
  return []
}

import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'

/** What came of a command, by its id, said to the operator who gave it. */
export const commandResult = (
  command: string,
  isDone: boolean,
  message: string,
): Statement<'system.command.result'> => ({
  topic: 'system.command.result',
  payload: { command, isDone, message: message.slice(0, 2_000) },
})

/** Who gave a command, and why. */
export const operatorWords = ({ operator, reason }: PayloadOf<'system.command'>): string =>
  `${operator}: ${reason}`.slice(0, 2_000)

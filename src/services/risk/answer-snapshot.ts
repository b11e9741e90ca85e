import type { Statement } from '#schemas/event.ts'
import type { Account } from './account.ts'
import { haltWith, mayLimitHalt } from './halts.ts'
import { brokenLoss } from './losses.ts'
import { answerMargin } from './margin-use.ts'
import { brokenProfits } from './strategy-losses.ts'

/** Halts of limits that the account, or a strategy, has come beyond, and what margin is used. [R15] [R32] [R33] [R55] */
export function answerSnapshot(account: Account, cause: string) {
  const broken = mayLimitHalt(account) ? brokenLoss(account) : null
  return [
    ...(broken ? haltWith(account, cause, broken) : []),
    ...brokenProfits(account),
    ...answerMargin(account),
  ] satisfies readonly Statement[]
}

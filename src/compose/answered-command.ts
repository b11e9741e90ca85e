import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'
import type { CommandAnswer } from './tree-command.ts'

/** What every command is built on that a running tree answers. */
export abstract class AnsweredCommand extends TraderCommand {
  /** Says what came of it, null where nothing runs, and answers what `--json` prints. The exit code is 1 where it was not done. */
  protected tell(run: string, answer: CommandAnswer | null): unknown {
    if (answer === null || !answer.isDone) process.exitCode = exitCode.failed
    if (answer === null) this.say(`trader: nothing runs: no tree of run ${run} (start it with: trader up)`)
    else if (answer.isDone) this.log(answer.message)
    else this.say(`trader: ${answer.isUnanswered ? '' : 'refused: '}${answer.message}`)
    return answer ?? { isDone: false, message: 'nothing runs' }
  }
}

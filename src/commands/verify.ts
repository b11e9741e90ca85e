import { folderFlags, logOf, runArg } from '#compose/run-folder.ts'
import { type Verdict, verifyLog } from '#compose/verify-log.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'
import { startProgress } from '#lib/terminal/progress.ts'
import { UserError, userErrorLine } from '#lib/terminal/user-error.ts'

export default class Verify extends TraderCommand {
  static override summary = 'Prove a run: every service hears its recorded inputs again and says the same'
  static override description =
    'Live, replayed or backtest. Names the first divergence: event, field, both values; then it ends with 1, as it does for a log that is damaged, has a hole, or is not whole since retention removed something. Adapters are not covered: what they learned from outside are the inputs.'
  static override examples = ['<%= config.bin %> verify live', '<%= config.bin %> verify 20261124-101500-ema-cross']
  static override enableJsonFlag = true
  static override args = {
    run: runArg,
  }
  static override flags = {
    ...folderFlags,
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Verify)
    const folder = logOf(args.run, flags)
    const progress = startProgress({ label: 'verify', unit: 'events' })
    const verdict = verdictOn(folder, progress.update)
    progress.finish()
    if (verdict instanceof UserError) {
      process.exitCode = exitCode.failed
      this.log(`not proven: ${userErrorLine(verdict)}`)
      const { message, file, line, hint } = verdict
      return { run: args.run, isProven: false, fault: { message, file, line, hint } }
    }
    const { divergence, contentHash, faults } = verdict
    const isProven = divergence === null && faults.length === 0
    if (!isProven) process.exitCode = exitCode.failed
    if (divergence !== null) {
      const { service, event, field, recorded, said } = divergence
      this.log(`${service} diverges at ${event}${field === '' ? '' : `, ${field}`}`)
      this.log(`  recorded  ${JSON.stringify(recorded)}`)
      this.log(`  said now  ${JSON.stringify(said)}`)
    } else {
      this.log(`${verdict.events} events, ${verdict.answers} answers said again exactly as recorded`)
      if (verdict.snapshots > 0) this.log(`${verdict.snapshots} snapshots hold what their service did then`)
      if (verdict.unanswered > 0) this.log(`the log ends before ${verdict.unanswered} answers`)
      if (verdict.forged > 0) this.log(`${verdict.forged} events without their writer's seal, heard by nobody`)
      this.log(`content hash ${contentHash}`)
      for (const fault of faults) this.log(`not proven: ${fault}`)
    }
    return { run: args.run, isProven, ...verdict }
  }
}

/** A log that cannot be read to its end is an answer, too: the run is not proven. */
function verdictOn(folder: string, onEvents: (done: number) => void): Verdict | UserError {
  try {
    return verifyLog(folder, onEvents)
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
}

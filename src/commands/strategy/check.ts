import { Args } from '@oclif/core'
import type { Problem } from '#lib/strategy/problem.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'
import { UserError, userErrorLine } from '#lib/terminal/user-error.ts'
import { readStrategyFile } from '#services/strategy/adapters/strategy-file.ts'

type Checked = {
  readonly file: string
  readonly isValid: boolean
  readonly name?: string
  readonly hash?: string
  readonly problems: readonly (Omit<Problem, 'line' | 'column'> & Partial<Problem>)[]
}

export default class StrategyCheck extends TraderCommand {
  static override summary = 'Check strategy files: what is wrong and where'
  static override description =
    'One line on stdout for each file that can run. What is wrong goes to stderr as file:line:column: message; then the exit code is 2. Warnings do not keep a file from running.'
  static override examples = ['<%= config.bin %> strategy check strategies/*.yaml']
  static override enableJsonFlag = true
  static override strict = false
  static override args = {
    file: Args.string({ required: true, description: 'A strategy file (YAML or JSON); more may follow' }),
  }

  async run(): Promise<readonly Checked[]> {
    const { argv } = await this.parse(StrategyCheck)
    const all = (argv as string[]).map(check)
    for (const checked of all) {
      for (const { severity, message, line, column } of checked.problems) {
        const words = severity === 'warning' ? `warning: ${message}` : message
        this.say(userErrorLine(new UserError(words, { file: checked.file, line, column })))
      }
      if (checked.isValid) this.log(`${checked.file}: ok: ${checked.name} ${checked.hash}`)
    }
    if (all.some(({ isValid }) => !isValid)) process.exitCode = exitCode.usage
    return all
  }
}

function check(file: string): Checked {
  try {
    const { hash, definition, problems } = readStrategyFile(file)
    return { file, isValid: definition !== null, name: definition?.name, hash, problems }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { file, isValid: false, problems: [{ severity: 'error', message: error.message }] }
  }
}

import { Args } from '@oclif/core'
import { TraderCommand } from '#lib/terminal/command.ts'
import { bashCompletion } from '#lib/terminal/completion/bash.ts'
import { fishCompletion } from '#lib/terminal/completion/fish.ts'
import { completionWords } from '#lib/terminal/completion/words.ts'
import { zshCompletion } from '#lib/terminal/completion/zsh.ts'

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }
type Shell = keyof typeof scripts

export default class Completion extends TraderCommand {
  static override summary = 'Print a completion script for your shell'
  static override examples = [
    'source <(<%= config.bin %> completion bash)',
    '<%= config.bin %> completion fish | source',
  ]
  static override args = {
    shell: Args.string({ options: Object.keys(scripts), required: true, description: 'The shell to complete in' }),
  }

  async run(): Promise<void> {
    const { args } = await this.parse(Completion)
    process.stdout.write(scripts[args.shell as Shell](completionWords(this.config.commands)))
  }
}

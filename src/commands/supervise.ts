import { upFlags, upTree } from '#compose/tree-up.ts'
import { TraderCommand } from '#lib/terminal/command.ts'

export default class Supervise extends TraderCommand {
  static override summary = 'Start and supervise the tree of processes, without a dashboard'
  static override description = 'As `trader up --no-dashboard`: lines on stderr, as JSON where that is no terminal.'
  static override examples = ['<%= config.bin %> supervise --topology examples/seeded.yaml']
  static override flags = upFlags

  async run(): Promise<void> {
    const { flags } = await this.parse(Supervise)
    await upTree(flags, false)
  }
}

import { Flags } from '@oclif/core'
import { upFlags, upTree } from '#compose/tree-up.ts'
import { TraderCommand } from '#lib/terminal/command.ts'

export default class Up extends TraderCommand {
  static override summary = 'Start the whole system as a supervised tree of processes'
  static override description =
    'Without a topology it trades the built-in seeded market, which is simulated. On a terminal it shows a dashboard; elsewhere, for cron and systemd, it logs lines of JSON to stderr. SIGINT and SIGTERM stop it in order.'
  static override examples = [
    '<%= config.bin %> up',
    '<%= config.bin %> up --topology examples/replay.yaml --run drill',
  ]
  static override flags = {
    ...upFlags,
    dashboard: Flags.boolean({
      description: 'Show the dashboard where there is a terminal',
      default: true,
      allowNo: true,
    }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Up)
    await upTree(flags, flags.dashboard && process.stdin.isTTY === true && process.stdout.isTTY === true)
  }
}

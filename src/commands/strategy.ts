import { configsOf } from '#compose/service-configs.ts'
import { processFlags, runService, topologyOf } from '#compose/service-process.ts'
import { announceReady, onStop } from '#lib/process/child-life.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { UserError, userErrorLine } from '#lib/terminal/user-error.ts'
import { readStrategyFile } from '#services/strategy/adapters/strategy-file.ts'
import { watchStrategyFiles } from '#services/strategy/adapters/watch-strategy-files.ts'

export default class Strategy extends TraderCommand {
  static override summary = 'Run strategies: intents from bars and indicators'
  static override description =
    'A strategy file that changes is loaded at once; one with a mistake is told, and what ran before runs on.'
  static override flags = processFlags

  async run(): Promise<void> {
    const { flags } = await this.parse(Strategy)
    const topology = topologyOf(flags)
    const runner = runService('strategy', flags, topology, { onLive: () => announceReady({ state: 'ready' }) })
    const reload = () => {
      try {
        const { strategy } = configsOf(topology)
        if (strategy) runner.configure(strategy)
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        this.say(`${userErrorLine(error)}; what ran before runs on`)
      }
    }
    // A run in lockstep is that of its files as they were at the start.
    const watched = topology.lockstep ? [] : topology.strategies
    const files = watched.map(({ file }) => readStrategyFile(file))
    const watch = watchStrategyFiles(files, { changed: reload, unreadable: (error) => this.say(userErrorLine(error)) })
    onStop(() => {
      watch.close()
      return runner.close()
    })
    await new Promise(() => undefined)
  }
}

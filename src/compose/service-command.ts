import { announceReady, onStop } from '#lib/process/child-life.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { userErrorLine } from '#lib/terminal/user-error.ts'
import type { ServiceName } from '#schemas/service-rank.ts'
import { configsOf } from './service-configs.ts'
import { type ProcessFlags, processFlags, runService, topologyOf } from './service-process.ts'
import { watchTopology } from './watch-topology.ts'

/** A command that runs one pure service as a process. */
export abstract class ServiceCommand extends TraderCommand {
  static override flags = processFlags
  protected abstract readonly service: ServiceName
  /** Does a topology file that changes take effect at once? */
  protected readonly reloads: boolean = false

  async run(): Promise<void> {
    const { flags } = await this.parse(this.constructor as typeof ServiceCommand)
    this.serve(flags)
    await new Promise(() => undefined)
  }

  private serve(flags: ProcessFlags): void {
    const runner = runService(this.service, flags, topologyOf(flags), {
      onLive: () => announceReady({ state: 'ready' }),
    })
    const { topology } = flags
    const watch =
      topology === undefined || !this.reloads
        ? null
        : watchTopology(topology, {
            changed: (read) => {
              const config = configsOf(read)[this.service]
              if (config !== undefined) runner.configure(config)
            },
            unreadable: (error) => this.say(`${userErrorLine(error)}; what was in force stays in force`),
          })
    onStop(() => {
      watch?.close()
      return runner.close()
    })
  }
}

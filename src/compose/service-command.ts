import { announceReady, onStop } from '#lib/process/child-life.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import type { ServiceName } from '#schemas/service-rank.ts'
import { type ProcessFlags, processFlags, runService, topologyOf } from './service-process.ts'

/** A command that runs one pure service as a process. */
export abstract class ServiceCommand extends TraderCommand {
  static override flags = processFlags
  protected abstract readonly service: ServiceName

  async run(): Promise<void> {
    const { flags } = await this.parse(this.constructor as typeof ServiceCommand)
    this.serve(flags)
    await new Promise(() => undefined)
  }

  private serve(flags: ProcessFlags): void {
    const runner = runService(this.service, flags, topologyOf(flags), {
      onLive: () => announceReady({ state: 'ready' }),
    })
    onStop(() => runner.close())
  }
}

import type { AnyService } from '#lib/kernel/service.ts'
import { announceReady, onStop } from '#lib/process/child-life.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { assigned } from './assignment.ts'
import { processFlags, runService } from './service-process.ts'

/** A command that runs one pure service as a process. */
export abstract class ServiceCommand extends TraderCommand {
  static override flags = processFlags
  protected abstract readonly service: AnyService
  /** Who types the name of a service may look for what it has said. */
  protected readonly shownBy: string | null = null

  async run(): Promise<void> {
    const { flags } = await this.parse(this.constructor as typeof ServiceCommand)
    const { assignment, onConfig } = await assigned(this.service.name, flags, (message) => this.say(message))
    if (this.shownBy !== null && !flags.assigned)
      this.say(
        `trader: this starts the service ${this.service.name}, as trader up does; to look at a run: ${this.shownBy}`,
      )
    const runner = runService(this.service, flags, assignment, { onLive: () => announceReady({ state: 'ready' }) })
    onConfig((config) => runner.configure(config))
    onStop(() => runner.close())
    await new Promise(() => undefined)
  }
}

import { processFlags, runService, topologyOf } from '#compose/service-process.ts'
import { clockMode } from '#compose/topology.ts'
import { announceReady, onStop } from '#lib/process/child-life.ts'
import { TraderCommand } from '#lib/terminal/command.ts'

export default class Clock extends TraderCommand {
  static override summary = 'Say the time'
  static override flags = processFlags

  async run(): Promise<void> {
    const { flags } = await this.parse(Clock)
    const topology = topologyOf(flags)
    this.say(`time: ${clockMode(topology)}`)
    const runner = runService('clock', flags, topology, { onLive: () => announceReady({ state: 'ready' }) })
    onStop(() => runner.close())
    await new Promise(() => undefined)
  }
}

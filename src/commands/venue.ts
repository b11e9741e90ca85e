import { type Assignment, assigned } from '#compose/assignment.ts'
import { confirmProduction, type LiveFlags, liveFlags } from '#compose/production-guard.ts'
import { type ProcessFlags, processFlags, runService } from '#compose/service-process.ts'
import { anyService } from '#lib/kernel/service.ts'
import { announceReady, onStop } from '#lib/process/child-life.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { venue } from '#services/venue/service.ts'

type Running = { close(): Promise<void> }

export default class Venue extends TraderCommand {
  static override summary = 'Bring orders to the venue of the topology: the simulated exchange, or a real one'
  static override flags = {
    ...processFlags,
    ...liveFlags,
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Venue)
    const { assignment } = await assigned('venue', flags, (message) => this.say(message))
    // Of a tree its supervisor has asked.
    if (!flags.assigned) await confirmProduction(assignment.topology, flags)
    const running = await this.#start(flags, assignment)
    onStop(() => running?.close())
    await new Promise(() => undefined)
  }

  /** Null in the replay of a run at a real venue: what the venue said then is fed. */
  async #start(flags: ProcessFlags & LiveFlags, assignment: Assignment): Promise<Running | null> {
    const { topology, services } = assignment
    const onLive = () => announceReady({ state: 'ready' })
    if (topology.venue.kind !== 'simulated') {
      const { runGateway } = await import('#compose/run-gateway.ts')
      return runGateway(topology, flags, { onLive, note: (message) => this.say(message) })
    }
    if (services.some(({ name, isAnswering }) => isAnswering && name === 'venue'))
      return runService(anyService(venue), flags, assignment, { onLive })
    onLive()
    return null
  }
}

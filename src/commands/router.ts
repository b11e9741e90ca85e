import { setTimeout as sleep } from 'node:timers/promises'
import { Flags } from '@oclif/core'
import { answeringServices } from '#compose/service-configs.ts'
import { failProcess, processFlags, topologyOf, wallClock } from '#compose/service-process.ts'
import { readSecret } from '#lib/bus/auth.ts'
import { hasEnded } from '#lib/bus/has-ended.ts'
import { Router as Hub } from '#lib/bus/router.ts'
import { serveRouter } from '#lib/bus/router-server.ts'
import { openRemoteLog, type RemoteLog } from '#lib/journal/remote-log.ts'
import { announceReady, onStop } from '#lib/process/child-life.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { UserError } from '#lib/terminal/user-error.ts'

export default class Router extends TraderCommand {
  static override summary = 'Carry events: authenticate, check, hand to the log, fan out what it acknowledged'
  static override flags = {
    topology: processFlags.topology,
    keys: processFlags.keys,
    host: Flags.string({ description: 'Address to listen on', default: '127.0.0.1' }),
    port: Flags.integer({ description: 'Port; 0 takes a free one', default: 7411, min: 0, max: 65_535 }),
    log: Flags.string({ description: 'The log process', default: 'ws://127.0.0.1:7412' }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Router)
    const topology = topologyOf(flags)
    const { lockstep, startsAt = 0 } = topology
    let isStopping = false
    const onClose = (reason: string) => {
      if (!isStopping) failProcess(reason)
    }
    const log = await this.findLog(flags.log, readSecret(flags.keys, 'router'), onClose)
    const services = answeringServices(topology).map(({ name, subscribes }) => ({ name, topics: subscribes }))
    const router = new Hub({
      log,
      state: await log.state(),
      secretOf: (identity) => secretOrNull(flags.keys, identity),
      lockstep: lockstep ? { startsAt, services } : null,
      isEnded: await hasEnded(log),
      now: wallClock,
      fail: (error) => failProcess(error instanceof Error ? error.message : String(error)),
      say: (message) => this.say(message),
    })
    const server = await serveRouter(router, { host: flags.host, port: flags.port, isLockstep: lockstep })
    onStop(async () => {
      isStopping = true
      await server.close()
      await log.close()
    })
    announceReady({ state: 'ready', url: server.url })
    await new Promise(() => undefined)
  }

  // A log that has been killed is back in a moment.
  private async findLog(url: string, secret: string, onClose: (reason: string) => void): Promise<RemoteLog> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await openRemoteLog({ url, secret, onClose })
      } catch (error) {
        if (attempt === 50) throw new UserError((error as Error).message, { hint: 'start it with: trader log' })
        await sleep(100)
      }
    }
  }
}

function secretOrNull(keys: string, identity: string): string | null {
  try {
    return readSecret(keys, identity)
  } catch (error) {
    if (error instanceof UserError) return null
    throw error
  }
}

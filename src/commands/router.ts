import { setTimeout as sleep } from 'node:timers/promises'
import { Flags } from '@oclif/core'
import { assigned } from '#compose/assignment.ts'
import { readRights } from '#compose/read-rights.ts'
import { routerTls } from '#compose/router-tls.ts'
import { failProcess, processFlags, wallClock } from '#compose/service-process.ts'
import { readSecret, secretOrNull } from '#lib/bus/auth.ts'
import { hasEnded } from '#lib/bus/has-ended.ts'
import { Router as Hub } from '#lib/bus/router.ts'
import { serveRouter } from '#lib/bus/router-server.ts'
import { saySeldom } from '#lib/bus/say-seldom.ts'
import { openRemoteLog, type RemoteLog, type RemoteLogOptions } from '#lib/journal/remote-log.ts'
import { announceReady, onStop } from '#lib/process/child-life.ts'
import { refuseTakenPort } from '#lib/process/listen.ts'
import { sayWaiting } from '#lib/process/say-waiting.ts'
import { checkedFlag, SocketUrl } from '#lib/terminal/checked-flag.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { UserError } from '#lib/terminal/user-error.ts'

const diskEveryMs = 2_000

export default class Router extends TraderCommand {
  static override summary = 'Carry events: authenticate, check, hand to the log, fan out what it acknowledged'
  static override description =
    'Listens on this machine alone, unless --host says otherwise: then the keys need a certificate (trader keys ca, trader keys issue). On the same port: GET /healthz, /readyz, /status (JSON), /metrics (Prometheus).'
  static override examples = [
    '<%= config.bin %> router --log ws://127.0.0.1:7412',
    '<%= config.bin %> router --host 0.0.0.0 --port 7411',
  ]
  static override flags = {
    topology: processFlags.topology,
    assigned: processFlags.assigned,
    keys: processFlags.keys,
    host: Flags.string({ description: 'Address to listen on', default: '127.0.0.1' }),
    port: Flags.integer({ description: 'Port; 0 takes a free one', default: 7411, min: 0, max: 65_535 }),
    log: Flags.string({ description: 'The log process', default: 'ws://127.0.0.1:7412' }),
    'heartbeat-ms': Flags.integer({
      description: 'How often both ends of a connection show that they are there; five without are its end',
      default: 2_000,
      min: 20,
    }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Router)
    const say = (message: string) => this.say(message)
    checkedFlag('log', flags.log, SocketUrl)
    const { assignment } = await assigned('router', flags, say)
    const { lockstep, startsAt = 0 } = assignment.topology
    const sayRefusal = saySeldom(say)
    const secretOf = (identity: string) => secretOrNull(flags.keys, identity, sayRefusal)
    const { host, port, 'heartbeat-ms': heartbeatMs } = flags
    const tls = routerTls(flags.keys, host)
    let isStopping = false
    const onClose = (reason: string) => {
      if (!isStopping) failProcess(reason)
    }
    const failUnlessStopping = (error: Error) => onClose(error.message)
    const answering = assignment.services.filter(({ isAnswering }) => isAnswering)
    const services = answering.map(({ name, hears }) => ({ name, topics: hears }))
    const door = { url: flags.log, secret: readSecret(flags.keys, 'router'), onClose, heartbeatMs }
    // Before the log is spoken to: it gives up the router that it has for another.
    await refuseTakenPort(host, port)
    const log = await this.findLog(door, flags.assigned)
    const router = new Hub({
      log,
      state: await log.state(),
      secretOf,
      mayRead: readRights(assignment.services),
      heartbeatMs,
      isOfTree: flags.assigned,
      lockstep: lockstep ? { startsAt, services } : null,
      isEnded: await hasEnded(log),
      now: wallClock,
      fail: (error) => failProcess(error instanceof Error ? error.message : String(error)),
      say,
      sayRefusal,
    })
    const metricsSecret = secretOf('metrics')
    const server = await serveRouter(router, { host, port, isLockstep: lockstep, heartbeatMs, log, tls, metricsSecret })
    const diskWatch = setInterval(() => {
      log.state().then(({ diskUsedPercent }) => router.guardDisk(diskUsedPercent), failUnlessStopping)
    }, diskEveryMs)
    onStop(async () => {
      isStopping = true
      clearInterval(diskWatch)
      await server.close()
      await log.close()
    })
    announceReady({ state: 'ready', url: server.url })
    await new Promise(() => undefined)
  }

  // A log that has been killed is back in a moment, or when its supervisor starts it again: to give up then would end the whole tree.
  private async findLog(options: RemoteLogOptions, isSupervised: boolean): Promise<RemoteLog> {
    const hasCome = sayWaiting(`the log at ${options.url}`)
    for (let attempt = 0; ; attempt++) {
      try {
        const log = await openRemoteLog(options)
        hasCome()
        return log
      } catch (error) {
        if (attempt >= 50 && !isSupervised)
          throw new UserError((error as Error).message, { hint: 'start it with: trader log' })
        await sleep(100)
      }
    }
  }
}

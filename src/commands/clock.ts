import { Flags } from '@oclif/core'
import { type Assignment, assigned } from '#compose/assignment.ts'
import { newestTimeInLog } from '#compose/newest-time.ts'
import { failProcess, type ProcessFlags, processFlags, runService } from '#compose/service-process.ts'
import { timeMode } from '#compose/time-mode.ts'
import { readSecret } from '#lib/bus/auth.ts'
import { Connection } from '#lib/bus/connection.ts'
import { FeedPublisher } from '#lib/bus/feed-publisher.ts'
import { trustedCa } from '#lib/bus/trusted-ca.ts'
import { anyService } from '#lib/kernel/service.ts'
import { announceReady, onStop } from '#lib/process/child-life.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import type { Event } from '#schemas/event.ts'
import { LiveClock, timeFacts } from '#services/clock/adapters/live-clock.ts'
import { serveTime } from '#services/clock/adapters/time-server.ts'
import { clock } from '#services/clock/service.ts'

type Running = { readonly now: () => number | null; readonly close: () => Promise<void> }

export default class Clock extends TraderCommand {
  static override summary = 'Say the time: of the system on a live market, of the events in a replay'
  static override description = 'Answers GET /time, and on the same port a WebSocket that is sent {"t":"time"}.'
  static override flags = {
    ...processFlags,
    port: Flags.integer({ description: 'Port of the query; 0 takes a free one', default: 0, min: 0, max: 65_535 }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Clock)
    const { assignment } = await assigned('clock', flags, (message) => this.say(message))
    const mode = timeMode(assignment.topology)
    const live = Promise.withResolvers<void>()
    const isAnswering = assignment.services.some(({ name, isAnswering }) => isAnswering && name === 'clock')
    const say = mode === 'live' ? liveTime : isAnswering ? replayedTime : followedTime
    const running = await say(flags, assignment, live.resolve)
    const server = await serveTime({ port: flags.port, mode, now: running.now })
    onStop(async () => {
      await server.close()
      await running.close()
    })
    await live.promise
    announceReady({ state: 'ready', url: server.url })
    await new Promise(() => undefined)
  }
}

/** The system's clock, later than anything in the log. */
async function liveTime(flags: ProcessFlags, { topology }: Assignment, onLive: () => void): Promise<Running> {
  const { stepMicros } = topology.clock
  const stopping = new AbortController()
  const time = new LiveClock({ notBefore: await newestTimeInLog(flags) })
  const publisher = new FeedPublisher({
    url: flags.url,
    identity: 'clock',
    source: 'clock',
    secret: readSecret(flags.keys, 'clock'),
    ca: trustedCa(flags.url, flags.keys),
    open: (mark) => {
      onLive()
      const step = stepMicros === undefined ? {} : { stepMicros }
      return timeFacts({ clock: time, epoch: (mark?.epoch ?? 0) + 1, signal: stopping.signal, ...step })
    },
    onFault: failProcess,
  })
  return {
    now: () => time.now(),
    close: () => {
      stopping.abort()
      return publisher.close()
    },
  }
}

/** The time of the newest event of the market. */
function replayedTime(flags: ProcessFlags, assignment: Assignment, onLive: () => void): Running {
  let newest: number | null = null
  const runner = runService(anyService(clock), flags, assignment, {
    onLive,
    onEvent: ({ at, topic }) => {
      if (topic !== 'system.config' && (newest === null || at > newest)) newest = at
    },
  })
  return { now: () => newest, close: () => runner.close() }
}

/** The time as somebody else says it: that of a recorded live run. */
function followedTime(flags: ProcessFlags, _: Assignment, onLive: () => void): Running {
  let newest: number | null = null
  let next = 1
  const connection = new Connection({
    url: flags.url,
    identity: 'clock',
    secret: readSecret(flags.keys, 'clock'),
    ca: trustedCa(flags.url, flags.keys),
    wish: () => ({ from: next, topics: ['system.time'], isService: false }),
    onWelcome: onLive,
    onEvents: (_from, to, lines) => {
      next = to + 1
      for (const line of lines) newest = (JSON.parse(line) as Event<'system.time'>).payload.now
    },
    onRefused: (reason) => failProcess(`the router refuses: ${reason}`),
  })
  return { now: () => newest, close: () => connection.close() }
}

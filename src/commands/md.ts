import { assigned } from '#compose/assignment.ts'
import { awaitConfigs } from '#compose/await-configs.ts'
import type { FeedingRun } from '#compose/recorded-feed.ts'
import { failProcess, outboxOf, processFlags, runService, wallClock } from '#compose/service-process.ts'
import type { Topology } from '#compose/topology.ts'
import { readSecret } from '#lib/bus/auth.ts'
import { FeedPublisher } from '#lib/bus/feed-publisher.ts'
import { readRange } from '#lib/bus/read-range.ts'
import { trustedCa } from '#lib/bus/trusted-ca.ts'
import { anyService } from '#lib/kernel/service.ts'
import { announceReady, onStop, tellFed } from '#lib/process/child-life.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { endForUser } from '#lib/terminal/start-child.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { feedSource, openFeed } from '#services/md/adapters/open-feed.ts'
import { md } from '#services/md/service.ts'

const toldEveryMs = 200
/** Where the newest numbers of the exchange's streams stand. */
const ofNumbers = ['md.tick', 'md.depth', 'md.status']

export default class Md extends TraderCommand {
  static override summary = 'Feed the market: a data set at its speed, or the seeded one; build bars from trades'
  static override description =
    'A data set goes on where the log ends. The feed begins when every service of the topology has its configuration and every strategy has said what it reads.'
  static override flags = processFlags

  async run(): Promise<void> {
    const { flags } = await this.parse(Md)
    const { assignment } = await assigned('md', flags, (message) => this.say(message))
    const { topology } = assignment
    const stopping = new AbortController()
    const runner = runService(anyService(md), flags, assignment, { onLive: () => announceReady({ state: 'ready' }) })
    let feed: Pick<FeedPublisher, 'ended' | 'close'> | null = null
    onStop(async () => {
      stopping.abort()
      await feed?.close()
      await runner.close()
    })
    if (!topology.lockstep) await awaitConfigs(flags, topology, stopping.signal, (message) => this.say(message))
    // What a recording lacks it lacks at another start too; of an exchange's symbols that cannot be said.
    const onFault = (message: string, error?: Error): never =>
      error instanceof UserError && topology.feed.kind !== 'exchange' ? endForUser(error) : failProcess(message)
    let fed = 0
    const onFed = (facts: number) => {
      fed = facts
    }
    const telling = setInterval(() => tellFed(fed, false), toldEveryMs)
    feed = await openPublisher(topology, { ...flags, signal: stopping.signal, onFed, onFault })
    await feed.ended
    clearInterval(telling)
    tellFed(fed, true)
    this.say('the feed has ended, all of it is in the log')
    await new Promise(() => undefined)
  }
}

async function openPublisher(topology: Topology, options: FeedingRun) {
  const { feed } = topology
  if (feed.kind === 'run') return (await import('#compose/recorded-feed.ts')).feedRun(feed, options)
  const { url, keys, signal, onFed, onFault } = options
  const door = { url, identity: 'md', source: feedSource, secret: readSecret(keys, 'md'), ca: trustedCa(url, keys) }
  return new FeedPublisher({
    ...door,
    // An exchange says it once; everything else can be read again.
    outbox: feed.kind === 'exchange' ? outboxOf(topology, feedSource) : undefined,
    open: (mark, head) =>
      openFeed(feed, {
        mark,
        now: wallClock(),
        signal,
        tellAgain: (most, take) =>
          readRange(door, { from: Math.max(1, head - most + 1), to: head, topics: ofNumbers }, take),
      }),
    onFault,
    onFed,
  })
}

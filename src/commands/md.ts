import { awaitConfigs } from '#compose/await-configs.ts'
import { failProcess, processFlags, runService, topologyOf, wallClock } from '#compose/service-process.ts'
import { readSecret } from '#lib/bus/auth.ts'
import { FeedPublisher } from '#lib/bus/feed-publisher.ts'
import { announceReady, onStop } from '#lib/process/child-life.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { feedSource, openFeed } from '#services/md/adapters/open-feed.ts'

export default class Md extends TraderCommand {
  static override summary = 'Feed the market: a data set at its speed, or the seeded one; build bars from trades'
  static override description =
    'A data set goes on where the log ends. The feed begins when every service of the topology has its configuration.'
  static override flags = processFlags

  async run(): Promise<void> {
    const { flags } = await this.parse(Md)
    const topology = topologyOf(flags)
    const stopping = new AbortController()
    const runner = runService('md', flags, topology, { onLive: () => announceReady({ state: 'ready' }) })
    let feed: FeedPublisher | null = null
    onStop(async () => {
      stopping.abort()
      await feed?.close()
      await runner.close()
    })
    if (!topology.lockstep) await awaitConfigs(flags, topology, stopping.signal, (message) => this.say(message))
    feed = new FeedPublisher({
      url: flags.url,
      identity: 'md',
      source: feedSource,
      secret: readSecret(flags.keys, 'md'),
      open: (mark) => openFeed(topology.feed, { mark, now: wallClock(), signal: stopping.signal }),
      onFault: failProcess,
    })
    await feed.ended
    this.say('the feed has ended, all of it is in the log')
    await new Promise(() => undefined)
  }
}

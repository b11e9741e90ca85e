import { readSecret } from '#lib/bus/auth.ts'
import { Connection } from '#lib/bus/connection.ts'
import { FeedPublisher } from '#lib/bus/feed-publisher.ts'
import { trustedCa } from '#lib/bus/trusted-ca.ts'
import { splitSig } from '#lib/codec/event-text.ts'
import { venueTopics } from '#lib/domain/venue-report.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { forwardClock } from '#lib/time/forward-clock.ts'
import { HeardTime } from '#lib/time/heard-time.ts'
import type { Event, Fact, Statement } from '#schemas/event.ts'
import { binanceSpot } from '#services/venue/adapters/binance-spot/binance-spot.ts'
import { binanceUsdm } from '#services/venue/adapters/binance-usdm/binance-usdm.ts'
import { ccxtVenue } from '#services/venue/adapters/ccxt/ccxt-venue.ts'
import { deribit } from '#services/venue/adapters/deribit/deribit.ts'
import { readCredentials } from '#services/venue/adapters/gateway/credentials.ts'
import { Gateway } from '#services/venue/adapters/gateway/gateway.ts'
import { addressesOf } from '#services/venue/adapters/gateway/real-venue-config.ts'
import { refuseUnlimited } from './production-guard.ts'
import { failProcess, outboxOf, type ProcessFlags, wallClock } from './service-process.ts'
import type { Topology } from './topology.ts'

const topics = [
  'system.config',
  'md.instrument',
  'order.submitted',
  'order.adopted',
  'order.cancel_requested',
  'order.update_requested',
  'venue.reconciled',
  ...venueTopics,
]

const exchanges = { binance: binanceSpot, 'binance-usdm': binanceUsdm, deribit, ccxt: ccxtVenue } as const

type Hooks = { readonly onLive: () => void; readonly note: (message: string) => void }

/** Runs the gateway to a real venue over the router. Throws a UserError where there is no key. */
export async function runGateway(
  topology: Topology,
  { url, keys, live }: ProcessFlags & { readonly live: boolean },
  hooks: Hooks,
): Promise<{ close(): Promise<void> }> {
  const { venue: config } = topology
  refuseUnlimited(topology, live)
  if (config.kind === 'simulated') throw new Error('the venue is simulated')
  const addresses = addressesOf(config)
  if (addresses === null) throw new UserError('venue.restUrl and venue.wsUrl do not say where the venue is')
  const credentials = readCredentials(process.env, config)
  const nowMs = forwardClock()
  // Another server than the exchange's own has limits of its own.
  const budget = config.environment === 'served' ? { weightPerMinute: Number.POSITIVE_INFINITY } : {}
  const venue = await exchanges[config.kind]({ config, addresses, credentials, nowMs, ...budget })
  const door = { url, identity: 'venue', secret: readSecret(keys, 'venue'), ca: trustedCa(url, keys) }
  const facts = new FactQueue()
  const treeTime = new HeardTime()
  const timeReader = readTime(door, treeTime)
  const source = `venue-${config.kind}`
  let reader: Connection | null = null
  const publisher = new FeedPublisher({
    ...door,
    source,
    outbox: outboxOf(topology, source),
    open: (mark) => {
      // What the last process of it had to say is in the log: the venue is compared with all of it.
      reader = readLog(door, gateway, hooks)
      return facts.from((mark?.epoch ?? 0) + 1)
    },
    onFault: failProcess,
  })
  const gateway = new Gateway({
    ...config,
    venue,
    nowMs,
    treeMs: () => treeTime.now(),
    say: (statement) => facts.push(statement),
    note: hooks.note,
  })
  return {
    close: async () => {
      gateway.close()
      facts.end()
      await reader?.close()
      await timeReader.close()
      await publisher.close()
    },
  }
}

type Door = Pick<ConstructorParameters<typeof Connection>[0], 'url' | 'identity' | 'secret' | 'ca'>

/** The time of the tree as it is said from now on: what was said before is of no use. */
const readTime = (door: Door, time: HeardTime): Connection =>
  new Connection({
    ...door,
    wish: () => ({ from: 'head', topics: ['system.time'], isService: false }),
    onWelcome: () => undefined,
    onEvents: (_from, _to, lines) => {
      for (const line of lines) time.hear((JSON.parse(line) as Event<'system.time'>).payload.now / 1_000)
    },
    onRefused: (reason) => failProcess(`the router refuses: ${reason}`),
  })

function readLog(door: Door, gateway: Gateway, { onLive }: Hooks): Connection {
  let seen = 0
  let goal: number | null = null
  let isLive = false
  const look = () => {
    if (isLive || goal === null || seen < goal) return
    isLive = true
    gateway.caughtUp()
    onLive()
  }
  return new Connection({
    ...door,
    // A newer process of this service ends this one.
    wish: () => ({ from: seen + 1, topics, isService: true }),
    onWelcome: ({ head }) => {
      if (head < seen) failProcess(`the log ends at ${head}, and ${seen} has been seen: beginning anew`)
      goal ??= head
      look()
    },
    onEvents: (_from, to, lines) => {
      for (const line of lines) {
        const event = JSON.parse(splitSig(line).text) as Event
        if (event.seq <= seen) continue
        seen = event.seq
        gateway.hear(event)
      }
      seen = Math.max(seen, to)
      look()
    },
    onRefused: (reason) => failProcess(`the router refuses: ${reason}`),
  })
}

/** Where so many reports wait to be written down, it is over: the next process asks the venue for all of them. */
const waitingMost = 100_000

/** What was said and has yet to be taken by the publisher, numbered. */
class FactQueue {
  #waiting: Statement[] = []
  #isEnded = false
  #wake: () => void = () => undefined

  push(statement: Statement): void {
    if (this.#waiting.push(statement) > waitingMost) failProcess(`${waitingMost} reports wait to be written down`)
    this.#wake()
  }

  end(): void {
    this.#isEnded = true
    this.#wake()
  }

  async *from(epoch: number): AsyncGenerator<readonly Fact[]> {
    let n = 0
    let at = 0
    while (!this.#isEnded) {
      const taken = this.#waiting.splice(0)
      at = Math.max(at, wallClock())
      if (taken.length > 0) yield taken.map((statement) => ({ ...statement, at, epoch, n: n++ }))
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
    }
  }
}

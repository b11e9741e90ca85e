import { factId } from '#lib/kernel/event-id.ts'
import { Machine } from '#lib/kernel/machine.ts'
import { anyService } from '#lib/kernel/service.ts'
import { drawBelow, type SeededRandom, seedRandom } from '#lib/market/seeded-random.ts'
import { catalogue, type PayloadOf, type Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { orders } from '#services/orders/service.ts'
import { pnl } from '#services/pnl/service.ts'
import { risk } from '#services/risk/service.ts'
import { CrossedTruth, instruments, limits, startingCash, strategies } from './crossed-truth.ts'
import { SlowVenue } from './slow-venue.ts'

const second = 1_000_000

/**
 * Gate, order engine and books, each of which reads one log at a pace of its own, and a venue that does too: whatever they say may cross. Wishes
 * with and without brackets, rejections, ends, partial fills, repeated reports, halts and restarts come as the seed says.
 */
export class CrossedMessages {
  readonly log: Event[] = []
  readonly truth = new CrossedTruth()
  readonly #random: SeededRandom
  readonly #isCalm: boolean
  readonly #services = [anyService(orders), anyService(pnl), anyService(risk)].map((service) => ({
    machine: new Machine(service),
    read: 0,
  }))
  readonly #venue: SlowVenue
  #facts = 0
  #wishes = 0
  #now = 1_000 * second

  /** `isCalm`: nobody is silent for long, prices stand, and no fill is late: then no limit may ever be passed. `closes`: the venue does, now and then. */
  constructor(seed: number, { isCalm, closes }: { readonly isCalm: boolean; readonly closes: boolean }) {
    this.#isCalm = isCalm
    this.#random = seedRandom(seed)
    const hours = closes ? seedRandom(seed + 1) : null
    this.#venue = new SlowVenue(this.#random, hours, this.truth, this.log, (topic, payload) =>
      this.say(topic, payload, 'venue'),
    )
    const whenHalted = this.#one(['reduce', 'refuse', 'flatten'])
    const configs = {
      orders: {},
      pnl: { currency: 'USD', startingCash },
      risk: { currency: 'USD', startingCash, approvalTtlMs: this.#one([3_000, 60_000]), whenHalted, limits },
    }
    for (const [service, config] of Object.entries(configs))
      this.say('system.config', { service, hash: '0'.repeat(64), config }, service)
    for (const instrument of instruments) {
      const terms = { tickSize: '0.01', lotSize: '1', multiplier: '1', currency: 'USD', isSimulated: true }
      this.say('md.instrument', { instrument, kind: 'equity', ...terms })
      this.#quote(instrument)
    }
    this.#drain()
  }

  /** What does not hold, after so many steps and a rest in which all is answered. */
  run(steps: number): string[] {
    for (let i = 0; i < steps; i++) this.#step()
    this.#rest()
    this.say('system.command', { command: 'resume', reason: 'rest', operator: 'ann' }, 'cli')
    for (const target of strategies)
      this.say('system.command', { command: 'strategy.resume', target, reason: 'rest', operator: 'ann' }, 'cli')
    this.#rest()
    for (const instrument of instruments) this.#quote(instrument)
    this.#pass(120 * second)
    this.#drain()
    this.truth.lookAtRest(new Map(this.#services.map(({ machine }) => [machine.name, machine.snapshot()])))
    this.#replay()
    return this.truth.faults
  }

  say<T extends Topic>(topic: T, payload: PayloadOf<T> | object, source = 'test'): void {
    this.#now += 1_000
    const id = factId(source, 1, this.#facts++)
    const { v, schema } = catalogue[topic]
    this.#append({ seq: 0, id, topic, v, at: this.#now, source, cause: null, payload: schema.parse(payload) } as Event)
  }

  #append(event: Event): void {
    const told = { ...event, seq: this.log.length + 1 } as Event
    this.log.push(told)
    this.truth.hear(told, this.#isCalm)
  }

  #step(): void {
    const x = drawBelow(this.#random, 1_000)
    if (x < 550) this.#read(this.#one(this.#services))
    else if (x < 780) this.#venue.act(false, this.#isCalm)
    else if (x < 860) this.#wish()
    else if (x < 910) this.#move(this.#one(instruments))
    else if (x < 935) this.#pass(this.#one(this.#isCalm ? [1_000, 10_000] : [1_000, 100_000, second, 6 * second]))
    else if (x < 955) this.#venue.repeat()
    else if (x < 975) this.#restart(this.#one(this.#services).machine)
    else this.#command()
  }

  #read(service: { readonly machine: Machine; read: number }): boolean {
    const { machine } = service
    while (service.read < this.log.length) {
      const event = this.log[service.read++] as Event
      const isOwn = event.source === machine.name && event.topic !== 'system.config'
      if (isOwn || !machine.hears(event)) continue
      for (const answer of machine.step(event)) {
        catalogue[answer.topic].schema.parse(answer.payload)
        this.#append(answer)
      }
      return true
    }
    return false
  }

  #drain(): void {
    while (this.#services.some((service) => this.#read(service)));
  }

  #rest(): void {
    for (let i = 0; i < 60; i++) {
      this.#drain()
      for (let acts = 0; acts < 6; acts++) this.#venue.act(true, this.#isCalm)
      if (i % 4 === 0) this.#pass(1.5 * second)
    }
    this.#drain()
  }

  #pass(micros: number): void {
    this.#now += micros
    this.say('system.time', { now: this.#now }, 'clock')
  }

  #move(instrument: string): void {
    const percent = this.#isCalm ? 0 : drawBelow(this.#random, 5) - 2
    this.truth.move(instrument, percent)
    this.#quote(instrument)
  }

  #quote(instrument: string): void {
    const price = this.truth.priceOf(instrument)
    const sides = { bid: price.toFixed(2), bidSize: '100', ask: (price + 0.02).toFixed(2), askSize: '100' }
    this.say('md.tick', { kind: 'quote', instrument, ...sides })
  }

  #wish(): void {
    const [strategy, instrument] = [this.#one(strategies), this.#one(instruments)]
    const target = this.#one([0, 0, 5, 10, 15, -5, -10, -12])
    const price = this.truth.priceOf(instrument)
    const near = (share: number) => (price * share).toFixed(2)
    const bracket =
      target > 0 ? { stopLoss: near(0.8), takeProfit: near(1.2) } : { stopLoss: near(1.2), takeProfit: near(0.8) }
    const isBuy = target > this.truth.positionOf(strategy, instrument)
    const isLimit = target !== 0 && drawBelow(this.#random, 10) < 3
    const intent = `strategy:${++this.#wishes}.0`
    this.truth.wish(intent, strategy, instrument)
    const asked = { intent, strategy, role: 'r', instrument, target: String(target), referencePrice: near(1) }
    this.say(
      'instrument.resolved',
      {
        ...asked,
        ...(isLimit ? { orderType: 'limit', limitPrice: near(isBuy ? 0.97 : 1.03) } : { orderType: 'market' }),
        ...(target === 0 ? {} : { bracket }),
      },
      'resolver',
    )
  }

  #command(): void {
    const command = this.#one([
      'halt',
      'resume',
      'resume',
      'resume',
      'strategy.halt',
      'strategy.resume',
      'strategy.resume',
    ])
    const target = command.startsWith('strategy') ? { target: this.#one(strategies) } : {}
    const how = command === 'halt' ? { whenHalted: this.#one(['reduce', 'refuse', 'flatten']) } : {}
    this.say('system.command', { command, reason: 'drawn', operator: 'ann', ...target, ...how }, 'cli')
  }

  #restart(machine: Machine): void {
    machine.restore(JSON.parse(JSON.stringify(machine.snapshot())), machine.configHash as string)
  }

  /** A service that reads the log from its beginning says what it said, and knows what it knew. */
  #replay(): void {
    for (const { machine } of this.#services) {
      const again = new Machine(machine.service)
      const said = Map.groupBy(
        this.log.filter(({ source, cause }) => source === machine.name && cause !== null),
        ({ cause }) => cause,
      )
      for (const event of this.log) {
        if ((event.source === machine.name && event.topic !== 'system.config') || !again.hears(event)) continue
        const texts = (answers: readonly Event[]) =>
          JSON.stringify(answers.map(({ topic, payload }) => [topic, payload]))
        if (texts(again.step(event)) === texts(said.get(event.id) ?? [])) continue
        this.truth.fault(`${machine.name} says other things of event ${event.seq} when it replays`)
        break
      }
      if (JSON.stringify(again.snapshot()) !== JSON.stringify(machine.snapshot()))
        this.truth.fault(`${machine.name} knows other things when it replays`)
    }
  }

  #one<T>(of: readonly T[]): T {
    return of[drawBelow(this.#random, of.length)] as T
  }
}

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { orders } from '#services/orders/service.ts'
import { event, given, type Told } from '#test/given.ts'
import { accepted, approved, canceled, fill, halted, rejected, resumed } from './orders-told.ts'

/** What happens next: to the entry, to the exits at work, or to all. Numbers choose among what there is. */
type Step =
  | { readonly kind: 'entry' | 'answer' | 'exit'; readonly n: number; readonly isWhole: boolean }
  | { readonly kind: 'seconds' | 'room'; readonly n: number }
  | { readonly kind: 'halt'; readonly isAll: boolean }
  | { readonly kind: 'resume' | 'restart' | 'other' }

const small = fc.integer({ min: 0, max: 5 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom('entry', 'answer', 'answer', 'exit'),
      n: small,
      isWhole: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('seconds', 'room'), n: small }) },
  fc.record({ kind: fc.constant('halt'), isAll: fc.boolean() }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('resume', 'restart', 'other') }) },
)

const kinds = (hasBoth: boolean) => (hasBoth ? [/s\d*$/, /p\d*$/] : [/s\d*$/])

type Order = { readonly id: string; left: number; isTaken: boolean }

/** One entry of 12 with its exits, at a venue that keeps `room` of them, and says so late. Both exits of a fill are filled whole or not at all. */
class Market {
  readonly #hasBoth: boolean
  readonly #scene: ReturnType<typeof given>
  readonly #exits = new Map<string, Order>()
  readonly #told: string[] = []
  #unfilled = 12
  #held = 0
  #room = 2
  #now = 1
  #trades = 0
  #others = 0

  constructor(hasBoth: boolean) {
    this.#hasBoth = hasBoth
    const bracket = { stopLoss: '95', ...(hasBoth ? { takeProfit: '110' } : {}) }
    this.#scene = given(orders, {}, approved('risk:1.0', { bracket, quantity: '12' }))
  }

  play(step: Step): void {
    switch (step.kind) {
      case 'entry':
        this.#fillEntry(step.isWhole ? this.#unfilled : Math.min(this.#unfilled, step.n))
        break
      case 'answer':
        this.#answer(step.n)
        break
      case 'exit':
        this.#fillExit(step.n, step.isWhole)
        break
      case 'seconds':
        this.#seconds(step.n)
        break
      case 'room':
        this.#room = step.n
        break
      case 'halt':
        this.#say(halted(`risk:${++this.#trades}.1`, { state: step.isAll ? 'HALTED' : 'REDUCING' }))
        break
      case 'resume':
        this.#say(resumed)
        break
      case 'restart':
        this.#scene.restarted()
        break
      case 'other': {
        const id = `${100 + ++this.#others}`
        this.#say(approved(`risk:${id}.0`, { strategy: 'other' }))
        this.#say(canceled(`t-${id}-0`))
        break
      }
    }
  }

  /** All is open again, and there is room for everything. */
  calm(): void {
    this.#room = Infinity
    this.#say(resumed)
    for (let n = 0; n < 4; n++) {
      while (this.#waiting.length > 0) this.#answer(0)
      this.#seconds(61)
    }
  }

  /** What exits of each kind are for. */
  get covered(): readonly number[] {
    const all = [...this.#exits.values()]
    return kinds(this.#hasBoth).map((kind) => all.reduce((sum, { id, left }) => sum + (kind.test(id) ? left : 0), 0))
  }
  get held(): number {
    return this.#held
  }

  get #waiting(): readonly Order[] {
    return [...this.#exits.values()].filter(({ isTaken }) => !isTaken)
  }

  #fillEntry(quantity: number): void {
    if (quantity === 0) return
    this.#unfilled -= quantity
    this.#held += quantity
    this.#say(fill('t-1-0', `e${++this.#trades}`, `${quantity}`, { leavesQuantity: `${this.#unfilled}` }))
  }

  #answer(n: number): void {
    const order = this.#waiting[n % this.#waiting.length]
    if (order === undefined) return
    if ([...this.#exits.values()].filter(({ isTaken }) => isTaken).length < this.#room) {
      order.isTaken = true
      this.#say(accepted(order.id))
    } else {
      this.#exits.delete(order.id)
      this.#say(rejected(order.id, n % 2 === 0 ? 'TOO_MANY_ORDERS' : 'VENUE_CLOSED'))
    }
  }

  #fillExit(n: number, isWhole: boolean): void {
    const working = [...this.#exits.values()].filter(({ isTaken }) => isTaken)
    const order = working[n % working.length]
    if (order === undefined) return
    const quantity = isWhole || this.#hasBoth ? order.left : 1
    order.left -= quantity
    this.#held -= quantity
    if (order.left === 0) this.#exits.delete(order.id)
    this.#say(fill(order.id, `s${++this.#trades}`, `${quantity}`, { side: 'sell', leavesQuantity: `${order.left}` }))
  }

  #seconds(n: number): void {
    this.#now += n
    this.#say(event('system.time', { now: this.#now * 1e6 }, this.#now * 1e6))
  }

  #say(told: Told): void {
    this.#told.push(told.topic)
    const queue = [told]
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      for (const { topic, payload } of this.#scene.when(next).answers) {
        const { clientOrderId, quantity, closes } = payload as PayloadOf<'order.submitted'>
        if (topic === 'order.submitted' && closes === 't-1-0')
          this.#exits.set(clientOrderId, { id: clientOrderId, left: Number(quantity), isTaken: false })
        // Cancels arrive at once.
        if (topic === 'order.cancel_requested' && this.#exits.delete(clientOrderId)) queue.push(canceled(clientOrderId))
      }
    for (const one of this.covered) expect(one, this.#told.join(' ')).toBeLessThanOrEqual(this.#held)
  }
}

test('[O18] [O29] [O30] [O32] exits at a venue are never for more than is held, and for all of it once it takes them', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { minLength: 5, maxLength: 60 }), (hasBoth, steps) => {
      const market = new Market(hasBoth)
      for (const one of steps) market.play(one)
      market.calm()
      for (const one of market.covered) expect(one).toBe(market.held)
    }),
    { numRuns: 1_000 },
  )
})

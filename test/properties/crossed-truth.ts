import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'

export const instruments = ['SPY.USA', 'QQQ.USA'] as const
export const strategies = ['a', 'b'] as const
export const startingCash = '100000'
const maxPosition = 20
export const limits = { maxPosition: String(maxPosition), maxGrossExposure: '3000', priceCollar: 0.3 }

type Approved = PayloadOf<'risk.approved'> & { leaves: number; isOver: boolean }
export type AtVenue = {
  readonly terms: PayloadOf<'order.submitted'>
  leaves: number
  state: 'sent' | 'there' | 'working' | 'ended'
}
type Wish = { readonly key: string; answers: number; isSuperseded: boolean }

/** What is so, whoever has heard of it: orders and positions at the venue, and what must hold of all that is said. */
export class CrossedTruth {
  readonly faults: string[] = []
  readonly orders = new Map<string, AtVenue>()
  readonly #approvals = new Map<string, Approved>()
  readonly #wishes = new Map<string, Wish>()
  readonly #positions = new Map<string, number>()
  /** Of what position an alert said that it stands without its exits. */
  readonly #alerted = new Set<string>()
  readonly #prices = new Map<string, number>([
    ['SPY.USA', 100],
    ['QQQ.USA', 50],
  ])
  #cash = Number(startingCash)
  #equity: number | null = null

  fault(what: string): void {
    if (!this.faults.includes(what)) this.faults.push(what)
  }

  order(id: string): AtVenue {
    return this.orders.get(id) as AtVenue
  }

  priceOf(instrument: string): number {
    return this.#prices.get(instrument) as number
  }

  move(instrument: string, percent: number): void {
    this.#prices.set(instrument, Math.round(this.priceOf(instrument) * (100 + percent)) / 100)
  }

  positionOf(strategy: string, instrument: string): number {
    return this.#positions.get(`${strategy} ${instrument}`) ?? 0
  }

  wish(intent: string, strategy: string, instrument: string): void {
    this.#wishes.set(`${intent} ${instrument}`, { key: `${strategy} ${instrument}`, answers: 0, isSuperseded: false })
  }

  /** What a reduce-only order may still fill. */
  roomOf({ terms: { strategy, instrument, side } }: AtVenue): number {
    const position = this.positionOf(strategy, instrument)
    return Math.max(0, side === 'sell' ? position : -position)
  }

  fill(order: AtVenue, quantity: number): void {
    const { strategy, instrument, side } = order.terms
    const signed = side === 'buy' ? quantity : -quantity
    // A late fill of what has ended is of what was left then.
    order.leaves -= quantity
    const approval = this.#approvalOf(order)
    if (approval !== undefined) approval.leaves -= quantity
    this.#positions.set(`${strategy} ${instrument}`, this.positionOf(strategy, instrument) + signed)
    this.#cash -= signed * this.priceOf(instrument)
    if (order.leaves === 0) this.end(order)
  }

  end(order: AtVenue): void {
    order.state = 'ended'
    const approval = this.#approvalOf(order)
    if (approval !== undefined) approval.isOver = true
  }

  hear({ id, topic, payload }: Event, isCalm: boolean): void {
    if (topic === 'risk.approved') {
      this.#approvals.set(id, { ...payload, leaves: Number(payload.quantity), isOver: false })
      this.#answered(payload)
      if (isCalm) this.#lookAtLimit(payload)
    } else if (topic === 'risk.rejected') this.#answered(payload)
    else if (topic === 'risk.superseded') {
      const wish = this.#wishes.get(`${payload.intent} ${payload.instrument}`)
      if (wish !== undefined) wish.isSuperseded = true
    } else if (topic === 'order.denied' && payload.code !== 'APPROVAL_REUSED') {
      const approval = this.#approvals.get(payload.approval)
      if (approval !== undefined) approval.isOver = true
    } else if (topic === 'order.submitted') this.#submitted(payload)
    else if (topic === 'pnl.snapshot') this.#equity = Number(payload.equity)
    else if (topic === 'system.alert' && payload.code === 'PROTECTION_LOST') {
      // What a closed venue refuses is sent until it takes it.
      if (payload.message.includes('VENUE_CLOSED')) return
      const terms = this.orders.get(payload.subject ?? '')?.terms
      if (terms !== undefined) this.#alerted.add(`${terms.strategy} ${terms.instrument}`)
    }
  }

  /** Everybody has read everything, and nothing is halted any more. */
  lookAtRest(states: ReadonlyMap<string, unknown>): void {
    const open = [...this.orders.values()].filter(({ state }) => state !== 'ended')
    for (const strategy of strategies)
      for (const instrument of instruments) {
        const position = this.positionOf(strategy, instrument)
        const here = open.filter(({ terms }) => terms.strategy === strategy && terms.instrument === instrument)
        const exits = here.filter(({ terms }) => terms.closes !== undefined)
        // A wish takes the exits for as long as its own order works.
        const isWished = exits.length < here.length
        const stops = exits
          .filter(({ terms }) => terms.orderType !== 'limit')
          .reduce((sum, { leaves }) => sum + leaves, 0)
        if (!isWished && stops < Math.abs(position) && !this.#alerted.has(`${strategy} ${instrument}`))
          this.fault('a position stands without its exits, and nobody was told')
        if (exits.some(({ terms }) => (terms.side === 'sell' ? position <= 0 : position >= 0)))
          this.fault('an exit is at work that closes nothing')
      }
    const wishes = [...this.#wishes.values()]
    wishes.forEach(({ key, answers, isSuperseded }, i) => {
      const hasLater = isSuperseded && wishes.slice(i + 1).some((later) => later.key === key)
      if (answers === 0 && !hasLater) this.fault('a wish has no answer')
    })
    for (const name of states.keys())
      this.#lookAtWorking(name, states.get(name), new Set(open.map(({ terms }) => terms.clientOrderId)))
    for (const [name, held] of Object.entries(positionsIn(states)))
      for (const [key, position] of this.#positions)
        if ((held.get(key) ?? 0) !== position) this.fault(`${name} counts another position than the venue`)
    const held = [...this.#positions].reduce(
      (sum, [key, held]) => sum + held * (this.priceOf(key.split(' ')[1] as string) + 0.01),
      0,
    )
    if (this.#equity === null || Math.abs(this.#equity - this.#cash - held) > 1e-6)
      this.fault('cash and positions are not the equity')
  }

  #submitted(terms: PayloadOf<'order.submitted'>): void {
    const { clientOrderId, approval, closes } = terms
    if (this.orders.has(clientOrderId)) this.fault('an order was sent twice')
    if (closes === undefined) {
      if ([...this.orders.values()].some((one) => one.terms.closes === undefined && one.terms.approval === approval))
        this.fault('an approval has two orders')
      const given = this.#approvals.get(approval)
      if (given?.quantity !== terms.quantity || given.side !== terms.side)
        this.fault('an order is not what was approved')
    }
    this.orders.set(clientOrderId, { terms, leaves: Number(terms.quantity), state: 'sent' })
  }

  #answered({ intent, instrument }: { readonly intent: string; readonly instrument: string }): void {
    const wish = this.#wishes.get(`${intent} ${instrument}`)
    if (wish !== undefined) wish.answers++
  }

  /** The worst case of an instrument with all that has leave: never beyond the limit where the order adds to it. */
  #lookAtLimit({ strategy, instrument, side, quantity }: PayloadOf<'risk.approved'>): void {
    const position = this.positionOf(strategy, instrument)
    const isReducing = side === 'sell' ? position >= Number(quantity) : -position >= Number(quantity)
    if (isReducing) return
    let worst = 0
    for (const one of strategies) {
      const held = this.positionOf(one, instrument)
      const left = (of: 'buy' | 'sell') => {
        const there = [...this.#approvals.values()].filter(
          (given) => !given.isOver && given.strategy === one && given.instrument === instrument && given.side === of,
        )
        const leaves = (isReduceOnly: boolean) =>
          there
            .filter((given) => (given.isReduceOnly === true) === isReduceOnly)
            .reduce((sum, given) => sum + given.leaves, 0)
        // The venue lets what is reduce-only open nothing.
        const room = Math.max(0, of === 'sell' ? held : -held)
        return leaves(false) + Math.min(leaves(true), room)
      }
      worst += Math.max(Math.abs(held + left('buy')), Math.abs(held - left('sell')))
    }
    if (worst > maxPosition) this.fault(`leave was given to ${worst} of ${maxPosition}`)
  }

  #lookAtWorking(name: string, state: unknown, open: ReadonlySet<string>): void {
    const { working } = (state as { orders: { working: { clientOrderId: string }[] } }).orders
    const known = new Set(working.map(({ clientOrderId }) => clientOrderId))
    for (const id of open) if (!known.has(id)) this.fault(`${name} does not know an order that is at work`)
    for (const id of known) if (!open.has(id)) this.fault(`${name} keeps an order that has ended`)
  }

  #approvalOf({ terms: { closes, approval } }: AtVenue): Approved | undefined {
    return closes === undefined ? this.#approvals.get(approval) : undefined
  }
}

/** What each of them holds, by strategy and instrument. */
function positionsIn(states: ReadonlyMap<string, unknown>): Record<string, ReadonlyMap<string, number>> {
  const { positions: ofEngine } = states.get('orders') as { positions: [string, string][] }
  const { positions: ofGate } = states.get('risk') as { positions: (Place & { quantity: string })[] }
  const { books } = states.get('pnl') as { books: [string, [string, { quantity: string }][]][] }
  return {
    orders: new Map(ofEngine.map(([key, quantity]) => [key, Number(quantity)])),
    risk: new Map(ofGate.map(({ strategy, instrument, quantity }) => [`${strategy} ${instrument}`, Number(quantity)])),
    pnl: new Map(
      books.flatMap(([strategy, own]) =>
        own.map(([instrument, { quantity }]) => [`${strategy} ${instrument}`, Number(quantity)] as const),
      ),
    ),
  }
}

type Place = { readonly strategy: string; readonly instrument: string }

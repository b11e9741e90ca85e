import { expect } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { RiskConfig } from '#services/risk/service.ts'
import { abs, dec, max, one, sum, text } from './exact.ts'
import { type Book, Books, leavesOf, type Order } from './reference-books.ts'
import { Losses } from './reference-losses.ts'

type Wish = PayloadOf<'instrument.resolved'> & { readonly at: number }
type Roll = { strategy: string; instruments: string[]; wishes: Wish[]; closing: string[] }
type Broken = readonly [code: string, value?: string | undefined, limit?: string | undefined]

/**
 * What the gate has to say to everything that it hears, worked out anew each time from plain sums. It takes the events of a log in their order, from
 * whichever runner, and stops where the gate said anything else, or nothing.
 */
export class Reference {
  readonly books: Books
  readonly losses: Losses
  /** How often each code was said, approvals as well. */
  readonly said = new Map<string, number>()
  now = 0
  /** What everything came to when the time was told: what the books answer has to be the same to the last digit. */
  #equityAt: { id: string; equity: bigint } | null = null
  readonly #pending: Event[] = []
  #expected: string[] = []
  #cause: Event | null = null
  halt: { code: string; state: string; isFlattening: boolean } | null = null
  #hasLimitHalted = false
  readonly #wished = new Set<string>()
  readonly #waiting = new Map<string, Wish>()
  /** Where the wish that waits has taken the place of another. */
  readonly #isNewer = new Set<string>()
  /** Rolls with legs that have no answer yet, by intent; `closing` are the orders of what they leave. */
  readonly #rolls = new Map<string, Roll>()
  /** Where an entry with a bracket works or was filled, as long as something is held or works there. */
  readonly #exitPlaces = new Set<string>()
  /** Where it is only that one, of which nothing was filled. */
  readonly #onlyEntry = new Map<string, string>()
  /** What said that a wish supersedes, there, until the order engine answers it or what was said later. */
  readonly #unread = new Map<string, string>()
  /** Instruments that the command which is heard lets be traded again. */
  #passAgain: ReadonlySet<string> = new Set()
  readonly #pricedAt = new Map<string, number>()
  readonly #statuses: PayloadOf<'md.status'>[] = []
  #approvedAt: number[] = []
  #closedAt: number[] = []
  #canceledAt: number[] = []
  #ofStrategy = new Map<string, number[]>()

  constructor(config: RiskConfig) {
    this.books = new Books(config)
    this.losses = new Losses(config)
  }

  get config(): RiskConfig {
    return this.books.config
  }

  take(event: Event): void {
    if (event.source !== 'risk' || event.cause === null) return void this.#pending.push(event)
    if (event.topic === 'system.command.result') return
    while (this.#cause?.id !== event.cause) {
      const next = this.#pending.shift()
      if (next === undefined) throw new Error(`${event.id} answers ${event.cause}, which nobody said`)
      this.#hear(next)
    }
    this.#said(event)
  }

  /** Nothing is owed any more. */
  finish(): void {
    for (const event of this.#pending.splice(0)) this.#hear(event)
    this.#owed()
  }

  #owed(): void {
    if (this.#expected.length > 0)
      throw new Error(`to ${JSON.stringify(this.#cause)} the gate has yet to say ${this.#expected.join(', ')}`)
  }

  #said(event: Event): void {
    this.now = Math.max(this.now, event.at)
    const key = shown(event)
    this.said.set(key.split(' ')[0] as string, (this.said.get(key.split(' ')[0] as string) ?? 0) + 1)
    if (event.topic === 'risk.rejected') this.said.set(event.payload.code, (this.said.get(event.payload.code) ?? 0) + 1)
    if (event.topic === 'system.alert') return
    if (event.topic === 'risk.approved' && event.payload.intent === event.cause) this.#checkFlatten(event.payload)
    else {
      const at = this.#expected.indexOf(key)
      if (at < 0) expect(`${key}, to ${JSON.stringify(this.#cause)}`).toBe(this.#expected.join(', '))
      this.#expected.splice(at, 1)
    }
    this.#fold(event)
  }

  #checkFlatten({ strategy, instrument, side, quantity, orderType }: PayloadOf<'risk.approved'>): void {
    const position = this.books.position(strategy, instrument)
    expect(this.halt?.isFlattening).toBe(true)
    expect([side, dec(quantity), orderType]).toEqual([position > 0n ? 'sell' : 'buy', abs(position), 'market'])
    expect(this.books.working(strategy, instrument)).toEqual([])
  }

  /** An event that is not the gate's: what it has to say to it. */
  #hear(event: Event): void {
    this.#owed()
    this.#cause = event
    this.#passAgain = new Set()
    if (heard.has(event.topic)) this.now = Math.max(this.now, event.at)
    this.#heardBy(event)
    this.#expected = this.#fold(event)
    this.#expected.push(...this.#haltedWaiting(this.#expected))
  }

  /** The order engine answers in the order in which it reads. */
  #heardBy({ source, topic, cause, payload }: Event): void {
    const read = topic === 'order.mass_cancel_reported' ? payload.of : cause
    if (source !== 'orders' || !read?.startsWith('risk:')) return
    for (const [key, said] of this.#unread) if (isUpTo(said, read)) this.#unread.delete(key)
  }

  /** Where neither a position nor an order is, no exit is. */
  #leaveExits(key: string, ended?: string): void {
    const [strategy = '', instrument = ''] = key.split(' ')
    const isEmpty =
      this.books.position(strategy, instrument) === 0n && this.books.working(strategy, instrument).length === 0
    if (isEmpty || (ended !== undefined && this.#onlyEntry.get(key) === ended)) this.#exitPlaces.delete(key)
    if (!this.#exitPlaces.has(key)) this.#onlyEntry.delete(key)
  }

  #fold(event: Event): string[] {
    const { books } = this
    switch (event.topic) {
      case 'md.instrument':
        books.listings.set(event.payload.instrument, event.payload)
        return []
      case 'md.bar':
      case 'md.tick':
      case 'md.option.tick':
        if (books.quote(event)) this.#pricedAt.set(event.payload.instrument, event.at)
        return []
      case 'md.status':
        this.#statuses.push(event.payload)
        return []
      case 'system.config':
        if (event.payload.service === 'risk') this.#reconfigure(event.payload.config)
        return []
      case 'system.time':
        this.#equityAt = { id: event.id, equity: books.equity() }
        return []
      case 'instrument.resolved':
        return this.#answer({ ...event.payload, at: event.at })
      case 'order.submitted':
        if (event.payload.closes === undefined) return []
        books.submit(exitOf(event.payload))
        this.#exitPlaces.add(keyOf(event.payload))
        this.#onlyEntry.delete(keyOf(event.payload))
        return []
      case 'order.superseded':
        return this.#next(event.payload)
      case 'order.cancel_requested': {
        const order = books.known.get(event.payload.clientOrderId)
        return order ? this.#next(order) : []
      }
      case 'order.fill': {
        const order = books.known.get(event.payload.clientOrderId)
        books.fill(event.payload)
        if (order?.hasBracket && order.filled > 0n) {
          this.#exitPlaces.add(keyOf(order))
          this.#onlyEntry.delete(keyOf(order))
        }
        if (order) this.#leaveExits(keyOf(order))
        return order ? this.#next(order) : []
      }
      case 'order.updated':
        if (event.payload.quantity !== undefined) books.shrink(event.payload.clientOrderId, event.payload.quantity)
        return []
      case 'order.denied':
        if (event.payload.code !== 'APPROVAL_REUSED') books.end(event.payload.clientOrderId)
        if (event.payload.code !== 'APPROVAL_REUSED')
          this.#leaveExits(keyOf(event.payload), event.payload.clientOrderId)
        return this.#next(event.payload)
      case 'order.rejected':
      case 'order.canceled':
      case 'order.expired': {
        const order = books.known.get(event.payload.clientOrderId)
        const isNothing = event.topic === 'order.rejected' && event.payload.code === 'DUPLICATE_CLIENT_ORDER_ID'
        if (order && !isNothing) books.end(order.id)
        if (order) this.#leaveExits(keyOf(order), isNothing ? undefined : order.id)
        return order ? this.#next(order) : []
      }
      case 'pnl.update':
        return this.losses.update(event.payload, this.now)
      case 'pnl.snapshot': {
        if (this.#equityAt?.id === event.cause)
          expect(text(dec(event.payload.equity))).toBe(text(this.#equityAt.equity))
        const maintenance = sum(books.books().map((book) => book.maintenance))
        const { found, halts } = this.losses.snapshot(event.payload, event.at, maintenance)
        return [
          ...(found && this.#mayLimitHalt() ? [`halted ${found} ${this.#state()}`] : []),
          ...halts,
          ...this.#marginUse(),
        ]
      }
      case 'system.command':
        return this.#command(event.payload)
      case 'risk.approved':
        this.#approved(event)
        return []
      case 'risk.rejected':
        if (event.payload.code !== 'DUPLICATE_INTENT') this.#settle(event.payload)
        return []
      case 'risk.superseded':
        if (
          !this.#isNewer.has(keyOf(event.payload)) &&
          this.books.working(event.payload.strategy, event.payload.instrument).length > 0
        )
          this.#canceledAt.push(this.now)
        if (this.#exitPlaces.has(keyOf(event.payload))) this.#unread.set(keyOf(event.payload), event.id)
        return []
      case 'risk.halted': {
        const { code, state = 'REDUCING', isFlattening = false } = event.payload
        this.halt = { code, state, isFlattening }
        this.#hasLimitHalted ||= code !== 'OPERATOR'
        return []
      }
      case 'risk.resumed':
        this.halt = null
        this.#hasLimitHalted = false
        books.halted.clear()
        this.losses.restart()
        return []
      case 'risk.strategy_halted':
        this.losses.of(event.payload.strategy).halted = event.payload.code
        return []
      case 'risk.strategy_resumed':
        this.losses.restartStrategy(event.payload.strategy)
        return []
    }
    return []
  }

  /** What is known stays, but for what no limit asks for any more. */
  #reconfigure(json: unknown): void {
    const config = RiskConfig.parse(json)
    const isKept = areAgesAsked(this.config)
    this.books.reconfigure(config)
    this.losses.reconfigure(config)
    if (!isKept || !areAgesAsked(config)) this.#pricedAt.clear()
  }

  #command({ command, target, whenHalted }: PayloadOf<'system.command'>): string[] {
    if (command === 'resume') this.#passAgain = new Set(this.books.halted)
    if (command === 'resume') this.books.halted.clear()
    const wanted = whenHalted ?? this.config.whenHalted
    const isSo = this.halt !== null && (whenHalted === undefined || nameOf(this.halt) === whenHalted)
    if (command === 'halt') return isSo ? [] : [`halted OPERATOR - - ${stateOf(wanted)}`]
    if (command === 'resume') return this.halt === null ? [] : ['resumed']
    const isHalted = target !== undefined && this.losses.of(target).halted !== null
    if (command === 'strategy.halt') return isHalted || !target ? [] : [`strategy_halted ${target} OPERATOR - -`]
    return command === 'strategy.resume' && isHalted ? [`resumed ${target}`] : []
  }

  #state = (): string => stateOf(this.config.whenHalted)
  #mayLimitHalt = (): boolean =>
    this.halt === null ||
    (!this.#hasLimitHalted && strengths.indexOf(this.config.whenHalted) > strengths.indexOf(nameOf(this.halt)))

  // From a wish to an order.

  #answer(wish: Wish): string[] {
    const { intent, instrument } = wish
    if (this.#wished.has(`${intent} ${instrument}`)) return [refused(wish, ['DUPLICATE_INTENT', intent])]
    this.#wished.add(`${intent} ${instrument}`)
    if (wish.isRoll) return [...this.#overtaken(wish), ...this.#roll(wish)]
    return [...this.#overtaken(wish), ...this.#answerOne(wish)]
  }

  #answerOne(wish: Wish): string[] {
    const { intent, strategy, instrument, target } = wish
    const key = `${strategy} ${instrument}`
    if (this.halt?.state === 'HALTED') return [refused(wish, ['HALTED', this.halt.code])]
    const working = this.books.working(strategy, instrument)
    const mayExitsCome = this.#exitPlaces.has(key)
    if (working.length === 0 && !mayExitsCome) return this.#judge(wish)
    const counted = working.filter(({ closes }) => closes === undefined)
    const reached = sum([this.books.position(strategy, instrument), ...counted.map(signedLeaves)])
    const halted = this.#mayNotWait(wish)
    if (halted) return working.length === 0 ? this.#judge(wish) : [refused(wish, halted)]
    if (!this.#waiting.has(key)) {
      const { limitPrice, stopPrice, trailingOffset } = wish
      const isSo = counted.every(
        ({ limit, stop, trail }) => limit === limitPrice && stop === stopPrice && trail === trailingOffset,
      )
      if (dec(target) === reached && isSo) return [refused(wish, ['ALREADY_AT_TARGET', target])]
      // More or less of what exits protect leaves them. [R41]
      const position = this.books.position(strategy, instrument)
      const isSameSide = position !== 0n && (position > 0n ? dec(target) > 0n : dec(target) < 0n)
      const isAdding = counted.some(({ hasBracket, side }) => hasBracket && side === (position > 0n ? 'buy' : 'sell'))
      if (isSameSide && (working.length === 0 || isAdding || working.length > counted.length))
        return counted.length > 0 ? [refused(wish, ['ORDERS_AT_WORK', instrument])] : this.#judge(wish)
      const rate = this.#more(
        'CANCEL_RATE_EXCEEDS_MAX',
        this.#inMinute(this.#canceledAt),
        this.config.limits.maxCancelsPerMinute,
      )
      const isFlat = dec(target) === 0n && wish.orderType === 'market'
      if (rate && working.length > 0 && !isFlat) return [refused(wish, rate)]
    }
    if (this.#waiting.has(key)) this.#isNewer.add(key)
    else this.#isNewer.delete(key)
    this.#waiting.set(key, wish)
    return [`supersede ${intent}`]
  }

  /** The wish that waited for the end of an order. */
  #next({ strategy, instrument }: { strategy: string; instrument: string }): string[] {
    const waiting = this.#waiting.get(`${strategy} ${instrument}`)
    const own = waiting && this.#isIdle(strategy, instrument) ? this.#judge(waiting) : []
    return [...own, ...[...this.#rolls.values()].flatMap((roll) => this.#takeWaiting(roll))]
  }

  // What waits under a halt.

  #haltOf({ strategy, instrument }: Pick<Wish, 'strategy' | 'instrument'>): Broken | null {
    const { halted } = this.losses.of(strategy)
    if (this.halt) return ['HALTED', this.halt.code]
    if (halted) return ['STRATEGY_HALTED', halted]
    return this.books.halted.has(instrument) ? ['INSTRUMENT_HALTED', instrument] : null
  }

  #onlyAdds({ strategy, instrument, target }: Wish): boolean {
    const [position, wanted] = [this.books.position(strategy, instrument), dec(target)]
    return position === 0n ? wanted !== 0n : position > 0n ? wanted > position : wanted < position
  }

  #mayNotWait = (wish: Wish): Broken | null =>
    this.halt?.state === 'HALTED' || this.#onlyAdds(wish) ? this.#haltOf(wish) : null

  /** What waits and has no leave to any more, after what is to be said. */
  #haltedWaiting(expected: readonly string[]): string[] {
    const broken = (wish: Wish): Broken | null => {
      for (const said of expected) {
        const [what, name, code, , state] = said.split(' ')
        const adds = this.#onlyAdds(wish)
        if (what === 'halted' && (adds || state === 'HALTED')) return ['HALTED', name]
        if (what === 'strategy_halted' && name === wish.strategy && adds) return ['STRATEGY_HALTED', code]
        const isOver = what === 'resumed' && (name === undefined || name === wish.strategy)
        if (isOver && dec(wish.target) !== 0n && this.#haltOf(wish)) return this.#haltOf(wish)
      }
      if (this.#passAgain.has(wish.instrument) && dec(wish.target) !== 0n)
        return this.#haltOf(wish) ?? ['INSTRUMENT_HALTED', wish.instrument]
      return this.books.halted.has(wish.instrument) ? this.#mayNotWait(wish) : null
    }
    const answered = new Set(expected.map((said) => said.split(' ')[1]))
    const rolls = [...this.#rolls.values()].filter(({ closing }) => closing.length > 0).map(({ wishes }) => wishes)
    return [...[...this.#waiting.values()].map((wish) => [wish]), ...rolls].flatMap((wishes) => {
      const first = wishes.find((wish) => !answered.has(wish.intent) && broken(wish))
      return first ? refusedLegs(wishes, refused(first, broken(first) as Broken)) : []
    })
  }

  // Rolls.

  #overtaken = ({ intent, strategy, instrument }: Wish): string[] =>
    [...this.#rolls]
      .filter(([of, roll]) => of !== intent && roll.strategy === strategy && roll.instruments.includes(instrument))
      .flatMap(([, { wishes }]) => wishes.map((wish) => refused(wish, ['ROLL_REFUSED', intent])))

  #roll(wish: Wish): string[] {
    const { intent, strategy, instrument, legs } = wish
    const roll = this.#rolls.get(intent) ?? { strategy, instruments: [], wishes: [], closing: [] }
    this.#rolls.set(intent, roll)
    roll.instruments.push(instrument)
    roll.wishes.push(wish)
    if (roll.wishes.length < (legs ?? 1)) return []
    const left = roll.wishes.filter((one) => this.#isReduction(one))
    const taken = roll.wishes.filter((one) => !left.includes(one))
    const sold = this.#tryLegs([...left, ...taken], left)
    if (sold.broken !== null) return sold.said
    const unsold = this.#tryLegs([...left, ...taken])
    if (unsold.broken === null) return unsold.said
    const alone = this.#tryLegs(left)
    return alone.broken === null ? alone.said : refusedLegs(roll.wishes, alone.broken)
  }

  #isReduction({ strategy, instrument, target }: Wish): boolean {
    const [position, wanted] = [this.books.position(strategy, instrument), dec(target)]
    return wanted === 0n || (wanted > 0n === position > 0n && abs(wanted) <= abs(position))
  }

  /** What waits for the sale of what its roll leaves. */
  #takeWaiting({ wishes, closing }: Roll): string[] {
    const orders = closing.map((id) => this.books.known.get(id) as Order)
    const ended = orders.find(({ id, quantity, filled }) => !this.books.orders.has(id) && filled !== quantity)
    if (ended) return wishes.map((wish) => refused(wish, ['ROLL_REFUSED', ended.id]))
    if (orders.length === 0 || orders.some(({ id }) => this.books.orders.has(id))) return []
    const { said, broken } = this.#tryLegs(wishes)
    this.said.set('roll taken', (this.said.get('roll taken') ?? 0) + (broken === null ? 1 : 0))
    return said
  }

  /** Each leg with those before it at work, or, of `sold`, done: leave for all of them, or for none. */
  #tryLegs(wishes: readonly Wish[], sold: readonly Wish[] = []): { said: string[]; broken: string | null } {
    const [approvedAt, closedAt, ofStrategy] = [[...this.#approvedAt], [...this.#closedAt], new Map(this.#ofStrategy)]
    const said = this.books.tried(() =>
      wishes.flatMap((wish, n) => {
        const { strategy, instrument } = wish
        if (this.halt?.state !== 'HALTED' && this.books.working(strategy, instrument).length > 0)
          return [refused(wish, ['ORDERS_AT_WORK', instrument])]
        const verdicts = this.#judge(wish)
        for (const verdict of verdicts) {
          const [what, , , side, quantity] = verdict.split(' ')
          if (what !== 'approve') continue
          const { limitPrice: limit, stopPrice: stop, trailingOffset: trail } = wish
          const size = dec(quantity as string)
          const more = {
            side: side as Order['side'],
            quantity: size,
            filled: 0n,
            limit,
            stop,
            trail,
            hasBracket: false,
          }
          const order = { id: `tried ${n}`, strategy, instrument, ...more }
          this.#countApproval(order)
          this.books.submit(order)
          if (sold.includes(wish)) this.books.sell(order)
        }
        return verdicts
      }),
    )
    this.#approvedAt = approvedAt
    this.#closedAt = closedAt
    this.#ofStrategy = ofStrategy
    const broken = said.find((one) => one.startsWith('reject') && one.split(' ')[3] !== 'ALREADY_AT_TARGET') ?? null
    return broken === null ? { said, broken } : { said: refusedLegs(wishes, broken), broken }
  }

  #isIdle = (strategy: string, instrument: string): boolean =>
    this.books.working(strategy, instrument).length === 0 && !this.#unread.has(`${strategy} ${instrument}`)

  #settle({ strategy, instrument, intent }: { strategy: string; instrument: string; intent: string }): void {
    const key = `${strategy} ${instrument}`
    if (this.#waiting.get(key)?.intent === intent) {
      this.#waiting.delete(key)
      this.#unread.delete(key)
    }
    const roll = this.#rolls.get(intent)
    if (roll) roll.wishes = roll.wishes.filter((wish) => wish.instrument !== instrument)
    if (roll?.wishes.length === 0) this.#rolls.delete(intent)
  }

  #approved({ id, payload }: Event<'risk.approved'>): void {
    const { strategy, instrument, side, quantity, limitPrice, stopPrice, trailingOffset, bracket } = payload
    const clientOrderId = id.replace('risk:', 't-').replace('.', '-')
    const isClosing = this.#countApproval({ strategy, instrument, side, quantity: dec(quantity) })
    if (isClosing) this.#rolls.get(payload.intent)?.closing.push(clientOrderId)
    const terms = { limit: limitPrice, stop: stopPrice, trail: trailingOffset, hasBracket: bracket !== undefined }
    this.books.submit({ id: clientOrderId, strategy, instrument, side, quantity: dec(quantity), filled: 0n, ...terms })
    if (bracket && !this.#exitPlaces.has(keyOf(payload))) this.#onlyEntry.set(keyOf(payload), clientOrderId)
    if (bracket) this.#exitPlaces.add(keyOf(payload))
    this.#settle(payload)
    if (!isClosing) this.#within(strategy, instrument)
  }

  /** Counts it in the rates. Does it only close? */
  #countApproval({
    strategy,
    instrument,
    side,
    quantity,
  }: Pick<Order, 'strategy' | 'instrument' | 'side' | 'quantity'>) {
    const position = this.books.position(strategy, instrument)
    const isClosing = (side === 'sell' ? position > 0n : position < 0n) && quantity <= abs(position)
    if (isClosing) this.#closedAt.push(this.now)
    this.#approvedAt.push(this.now)
    this.#ofStrategy.set(strategy, [...(this.#ofStrategy.get(strategy) ?? []), this.now])
    return isClosing
  }

  /** Never beyond a limit, whichever rule was to see to it: what an order that adds came to with all the others. */
  #within(strategy: string, instrument: string): void {
    const { limits, strategies, margin } = this.config
    const books = this.books.books()
    const here = books.filter((book) => book.instrument === instrument)
    const own = books.filter((book) => book.strategy === strategy)
    const all = (some: readonly Book[], field: 'units' | 'gross' | 'long' | 'low' | 'initial' | 'cost' | 'fees') =>
      sum(some.map((book) => book[field]))
    const count = (many: number) => BigInt(many) * one
    const reserved = all(books, 'fees') + all(books, margin?.kind === 'cash' ? 'cost' : 'initial')
    const available = margin?.kind === 'cash' ? this.books.spendableCash(books) : this.books.equity()
    const sums: readonly (readonly [bigint, string | number | undefined])[] = [
      [all(here, 'units'), this.#limit(instrument, 'maxPosition')],
      [all(here, 'gross'), this.#limit(instrument, 'maxInstrumentExposure')],
      [all(own, 'gross'), strategies[strategy]?.maxStrategyExposure ?? limits.maxStrategyExposure],
      [all(books, 'gross'), limits.maxGrossExposure],
      [abs(all(books, 'long')), limits.maxNetExposure],
      [abs(all(books, 'low')), limits.maxNetExposure],
      [reserved, margin && text(available)],
      [count(this.books.orders.size), limits.maxWorkingOrders],
      [count(this.#inMinute(this.#approvedAt)), limits.maxOrdersPerMinute],
    ]
    for (const [found, limit] of sums) if (limit !== undefined) expect(found).toBeLessThanOrEqual(dec(String(limit)))
  }

  #judge(wish: Wish): string[] {
    const { strategy, instrument, target } = wish
    const position = this.books.position(strategy, instrument)
    const difference = dec(target) - position
    if (difference === 0n) return [refused(wish, ['ALREADY_AT_TARGET', target])]
    if (this.halt?.state === 'HALTED') return [refused(wish, ['HALTED', this.halt.code])]
    const side = difference > 0n ? 'buy' : 'sell'
    const [quantity, isOpposed] = [abs(difference), side === 'sell' ? position > 0n : position < 0n]
    const closes = isOpposed ? (abs(position) < quantity ? abs(position) : quantity) : 0n
    if (wish.isReduceOnly && closes !== quantity) return [refused(wish, ['REDUCE_ONLY', text(quantity), text(closes)])]
    const { limitPrice: limit, stopPrice: stop, trailingOffset: trail, bracket } = wish
    const order = {
      id: '',
      strategy,
      instrument,
      side,
      quantity,
      filled: 0n,
      limit,
      stop,
      trail,
      hasBracket: false,
    } as Order
    const unclosed = closes === 0n ? null : this.#unclosed({ ...order, quantity: closes }, abs(position))
    if (unclosed) return [refused(wish, unclosed)]
    const broken = closes === quantity ? null : this.#broken({ ...order, exits: bracket }, wish.at)
    if (broken === null) return [approval(wish, side, quantity)]
    return closes === 0n ? [refused(wish, broken)] : [approval(wish, side, closes), refused(wish, broken)]
  }

  #unclosed(order: Order, whole: bigint): Broken | null {
    const { instrument, side, quantity, limit, stop, trail } = order
    const books = this.books.books()
    const needed = sum(books.filter(({ listing }) => listing.underlying === instrument).map(({ calls }) => calls))
    if (this.config.margin?.kind === 'cash' && side === 'sell' && needed !== 0n) {
      const left = sum(books.filter((book) => book.instrument === instrument).map(({ cover }) => cover)) - quantity
      if (left < needed) return ['SHORT_NOT_ALLOWED', text(left), text(needed)]
    }
    const isAtMarket = limit === undefined && stop === undefined && trail === undefined
    const isAll = isAtMarket && quantity === whole
    return (
      this.#steps(order) ??
      this.#collar(order) ??
      (isAll
        ? null
        : (this.#selfTrade(order) ??
          this.#more('ORDER_RATE_EXCEEDS_MAX', this.#inMinute(this.#closedAt), this.config.limits.maxOrdersPerMinute)))
    )
  }

  /** The first rule, in the order of R13, that an order which adds would break. */
  #broken(order: Order, wishedAt: number): Broken | null {
    const { strategy, instrument } = order
    const { limits, instruments, strategies, currency, margin } = this.config
    const halted = this.#haltOf(order)
    if (halted) return halted
    if (strategies[strategy]?.isReduceOnly) return ['REDUCE_ONLY', strategy]
    const listing = this.books.listings.get(instrument)
    if (listing === undefined) return ['INSTRUMENT_UNKNOWN', instrument]
    if (this.books.rate(listing.currency) === null) return ['CURRENCY_MISMATCH', listing.currency, currency]
    if (instruments[instrument]?.isTradable === false || listing.kind === 'index')
      return ['INSTRUMENT_NOT_TRADABLE', instrument]
    if (dec(listing.multiplier) <= 0n) return ['INSTRUMENT_NOT_TRADABLE', listing.multiplier, 'multiplier']
    if (this.books.isInverse(listing) && margin?.kind === 'cash')
      return ['INSTRUMENT_NOT_TRADABLE', instrument, 'inverse']
    const { expiresAt } = listing
    if (expiresAt !== undefined && expiresAt <= this.now)
      return ['INSTRUMENT_NOT_TRADABLE', String(this.now), String(expiresAt)]
    const mid = this.books.quotes.get(instrument)?.mid ?? 0n
    if (mid === 0n) return ['NO_PRICE', instrument]
    if (this.#isFeedDown()) return ['FEED_DOWN', this.#statuses[0]?.feed]
    const age = this.now - wishedAt
    if (age > (limits.maxIntentAgeMs ?? Infinity) * 1_000)
      return ['INTENT_STALE', String(age / 1_000), String(limits.maxIntentAgeMs)]
    return (
      this.#shared(order) ??
      this.#steps(order) ??
      this.#stale(order) ??
      this.#cools(strategy) ??
      this.#size(order, listing.currency) ??
      this.#collar(order) ??
      this.#exits(order) ??
      this.#exposure(order) ??
      this.#margin(order) ??
      this.#selfTrade(order) ??
      this.#rates(strategy)
    )
  }

  /** There is one feed. */
  #isFeedDown(): boolean {
    const began = this.#statuses.findLastIndex(({ state }) => state === 'started' || state === 'ended')
    const heard = this.#statuses.slice(began + 1)
    const came = heard.filter(({ state }) => state === 'connected' || state === 'disconnected')
    if (heard.findLastIndex(({ state }) => state === 'stalled') > heard.lastIndexOf(came.at(-1) as (typeof came)[0]))
      return true
    const newest = new Map(came.map(({ connection = '', state }) => [connection, state]))
    const sessions = Map.groupBy(newest.keys(), (connection) => connection.split('.')[0])
    return [...sessions.values()].some((all) => all.every((connection) => newest.get(connection) === 'disconnected'))
  }

  #cools(strategy: string): Broken | null {
    const until = this.losses.coolsUntil(strategy)
    return this.now < until ? ['COOLDOWN', String(this.now), String(until)] : null
  }

  /** Of its own price, of the mark of its currency, of the underlying of an option that is sold on margin. */
  #stale({ instrument, side }: Order): Broken | null {
    const { currency, kind, underlying } = this.books.listing(instrument)
    const mark = this.config.conversions?.[currency]?.instrument
    const isOwed = kind === 'option' && side === 'sell' && this.config.margin?.kind === 'margin'
    const spot = isOwed && this.books.quotes.has(underlying as string) ? underlying : undefined
    for (const of of [instrument, currency === this.config.currency ? undefined : mark, spot]) {
      const oldest = of === undefined ? undefined : this.#limit(of, 'maxPriceAgeMs')
      const at = this.#pricedAt.get(of as string)
      const age = at === undefined ? null : (this.now - at) / 1_000
      if (oldest !== undefined && (age === null || age > oldest))
        return ['PRICE_STALE', [of === instrument ? [] : of, age ?? []].flat().join('_') || '-', String(oldest)]
    }
    return null
  }

  #steps({ instrument, quantity, limit, stop, exits = {} }: Order): Broken | null {
    const listing = this.books.listings.get(instrument)
    if (listing === undefined) return null
    const { lotSize, tickSize } = listing
    if (quantity % dec(lotSize) !== 0n) return ['QUANTITY_PRECISION_INVALID', text(quantity), text(dec(lotSize))]
    const isOff = (price: string) =>
      dec(price) % dec(tickSize) !== 0n || (this.books.isInverse(listing) && dec(price) <= 0n)
    const bad = [limit, stop, exits.stopLoss, exits.takeProfit].find((price) => price !== undefined && isOff(price))
    return bad === undefined ? null : ['PRICE_PRECISION_INVALID', bad, text(dec(tickSize))]
  }

  #collar({ instrument, limit, stop, exits = {} }: Order): Broken | null {
    const collar = this.#limit(instrument, 'priceCollar')
    const mid = this.books.quotes.get(instrument)?.mid
    if (collar === undefined || mid === undefined) return null
    const isFar = (price: string | undefined) =>
      price !== undefined && abs(dec(price) - mid) * one > abs(mid) * dec(String(collar))
    const far = [limit, stop, exits.stopLoss, exits.takeProfit].find(isFar)
    return far === undefined ? null : ['PRICE_OUTSIDE_COLLAR', far]
  }

  /** Only entries at the market or at a limit have exits here. */
  #exits({ instrument, side, limit, exits: { stopLoss, takeProfit } = {} }: Order): Broken | null {
    const sign = side === 'buy' ? 1n : -1n
    const mid = this.books.mid(instrument)
    const entry = limit !== undefined && (dec(limit) - mid) * sign < 0n ? dec(limit) : mid
    if (stopLoss !== undefined && (dec(stopLoss) - entry) * sign >= 0n)
      return ['BRACKET_ON_WRONG_SIDE', stopLoss, text(entry)]
    const isLoss = takeProfit !== undefined && (dec(takeProfit) - entry) * sign <= 0n
    return isLoss ? ['BRACKET_ON_WRONG_SIDE', takeProfit, text(entry)] : null
  }

  #size(order: Order, currency: string): Broken | null {
    const { instrument, quantity } = order
    const notional = (price: bigint) =>
      this.books.inAccount(abs(this.books.size(instrument, price, quantity)), currency)
    const least = (code: string, found: bigint, limit: string | undefined): Broken | null =>
      limit !== undefined && found < dec(limit) ? [code, text(found), limit] : null
    const of = (name: 'minOrderQuantity' | 'maxOrderQuantity' | 'minOrderNotional' | 'maxOrderNotional') =>
      this.#limit(instrument, name)
    return (
      least('QUANTITY_BELOW_MIN_PER_ORDER', quantity, of('minOrderQuantity')) ??
      most('QUANTITY_EXCEEDS_MAX_PER_ORDER', quantity, of('maxOrderQuantity')) ??
      least('NOTIONAL_BELOW_MIN_PER_ORDER', notional(this.books.mid(instrument)), of('minOrderNotional')) ??
      most('NOTIONAL_EXCEEDS_MAX_PER_ORDER', notional(this.books.dearest(order)), of('maxOrderNotional'))
    )
  }

  #exposure(order: Order): Broken | null {
    const { instrument, strategy } = order
    const { limits, strategies } = this.config
    const books = this.books.books(order)
    const here = books.filter((book) => book.instrument === instrument)
    const own = books.filter((book) => book.strategy === strategy)
    const all = (some: readonly Book[], field: 'units' | 'gross' | 'long' | 'low') =>
      sum(some.map((book) => book[field]))
    const ofStrategy = strategies[strategy]?.maxStrategyExposure ?? limits.maxStrategyExposure
    return (
      most('POSITION_EXCEEDS_MAX', all(here, 'units'), this.#limit(instrument, 'maxPosition')) ??
      most('INSTRUMENT_EXPOSURE_EXCEEDS_MAX', all(here, 'gross'), this.#limit(instrument, 'maxInstrumentExposure')) ??
      most('STRATEGY_EXPOSURE_EXCEEDS_MAX', all(own, 'gross'), ofStrategy) ??
      most('EXPOSURE_EXCEEDS_MAX', all(books, 'gross'), limits.maxGrossExposure) ??
      most('NET_EXPOSURE_EXCEEDS_MAX', max(abs(all(books, 'long')), abs(all(books, 'low'))), limits.maxNetExposure)
    )
  }

  #marginUse(): string[] {
    const { margin } = this.config
    if (margin === undefined) return []
    const isCash = margin.kind === 'cash'
    const books = this.books.books()
    const all = (field: 'initial' | 'maintenance' | 'cost' | 'fees') => sum(books.map((book) => book[field]))
    const equity = isCash ? this.books.spendableCash(books) : this.books.equity()
    const used = all('fees') + all(isCash ? 'cost' : 'initial')
    const maintenance = isCash ? '-' : text(all('maintenance'))
    return [`margin ${margin.kind} ${text(equity)} ${text(used)} ${text(equity - used)} ${maintenance}`]
  }

  #margin(order: Order): Broken | null {
    const { margin } = this.config
    if (margin === undefined) return null
    const books = this.books.books(order)
    const all = (field: 'initial' | 'cost' | 'fees') => sum(books.map((book) => book[field]))
    if (margin.kind === 'margin')
      return most('MARGIN_EXCEEDS_AVAILABLE', all('initial') + all('fees'), text(this.books.equity()))
    const { instrument, side } = order
    const here = books.filter((book) => book.instrument === instrument)
    const short = sum(here.map((book) => book.short))
    const listing = this.books.listing(instrument)
    const cover = sum(books.filter((book) => book.instrument === listing.underlying).map((book) => book.cover))
    const calls = sum(books.filter((book) => book.listing.underlying === listing.underlying).map((book) => book.calls))
    const mayBeShort =
      listing.kind === 'option' && !this.books.isCoinQuoted(listing) && (listing.right === 'put' || cover >= calls)
    if (side === 'sell' && short > 0n && !mayBeShort) return ['SHORT_NOT_ALLOWED', text(-short), '0']
    return most('MARGIN_EXCEEDS_AVAILABLE', all('cost') + all('fees'), text(this.books.spendableCash(books)))
  }

  #shared({ strategy, instrument, exits }: Order): Broken | null {
    if (this.config.sharedExits !== 'refuse') return null
    const isThere = (other: string) =>
      this.books.position(other, instrument) !== 0n || this.books.working(other, instrument).length > 0
    const other = ['a', 'b', 'c', 'external', 'stranger']
      .filter((one) => one !== strategy)
      .find((one) => (exits ? isThere(one) : this.#exitPlaces.has(`${one} ${instrument}`)))
    return other === undefined ? null : ['PROTECTION_SHARED', other]
  }

  #selfTrade({ instrument, side, limit, stop }: Order): Broken | null {
    if (this.config.selfTrade === 'allow') return null
    const quote = this.books.quotes.get(instrument)
    const stated = limit ?? stop
    if (quote === undefined) return null
    const reach = stated === undefined ? (side === 'buy' ? quote.ask : quote.bid) : dec(stated)
    const sign = side === 'buy' ? 1n : -1n
    const others = [...this.books.orders.values()]
      .filter((order) => order.instrument === instrument && order.side !== side && order.limit !== undefined)
      .map(({ id, limit: price }) => ({ id, stated: price, price: dec(price as string) }))
      .sort((a, b) => (a.price === b.price ? (a.id < b.id ? -1 : 1) : sign * (a.price - b.price) < 0n ? -1 : 1))
    const best = others[0]
    return best && sign * (reach - best.price) >= 0n ? ['SELF_TRADE', best.id, best.stated] : null
  }

  #rates(strategy: string): Broken | null {
    const { limits, strategies } = this.config
    const own = strategies[strategy]?.maxStrategyOrdersPerMinute ?? limits.maxStrategyOrdersPerMinute
    return (
      this.#more('ORDER_RATE_EXCEEDS_MAX', this.#inMinute(this.#approvedAt), limits.maxOrdersPerMinute) ??
      this.#more('STRATEGY_ORDER_RATE_EXCEEDS_MAX', this.#inMinute(this.#ofStrategy.get(strategy) ?? []), own) ??
      this.#more('WORKING_ORDERS_EXCEED_MAX', this.books.orders.size, limits.maxWorkingOrders)
    )
  }

  #inMinute = (times: readonly number[]): number => times.filter((at) => at > this.now - 60_000_000).length
  #more = (code: string, count: number, limit: number | undefined): Broken | null =>
    limit !== undefined && count + 1 > limit ? [code, String(count + 1), String(limit)] : null
  #limit<K extends keyof RiskConfig['limits'] & keyof RiskConfig['instruments'][string]>(instrument: string, name: K) {
    return this.config.instruments[instrument]?.[name] ?? this.config.limits[name]
  }
}

const areAgesAsked = ({ limits, instruments }: RiskConfig): boolean =>
  [limits, ...Object.values(instruments)].some(({ maxPriceAgeMs }) => maxPriceAgeMs !== undefined)

const most = (code: string, found: bigint, limit: string | undefined): Broken | null =>
  limit !== undefined && found > dec(limit) ? [code, text(found), limit] : null

const refused = ({ intent, instrument }: Wish, [code, value, limit]: Broken): string =>
  `reject ${intent} ${instrument} ${code} ${value ?? '-'} ${code === 'PRICE_OUTSIDE_COLLAR' ? '±' : (limit ?? '-')}`
/** The leg that breaks a rule has its code, the others say which that was. */
function refusedLegs(wishes: readonly Wish[], broken: string): string[] {
  const [, , instrument, code] = broken.split(' ')
  return wishes.map((wish) => (wish.instrument === instrument ? broken : refused(wish, ['ROLL_REFUSED', code])))
}
const approval = ({ intent, instrument }: Wish, side: string, quantity: bigint): string =>
  `approve ${intent} ${instrument} ${side} ${text(quantity)}`

function shown({ topic, payload }: Event): string {
  switch (topic) {
    case 'risk.approved':
      return `approve ${payload.intent} ${payload.instrument} ${payload.side} ${payload.quantity}`
    case 'risk.rejected': {
      const { intent, instrument, code, value = '-', limit = '-' } = payload
      return `reject ${intent} ${instrument} ${code} ${value.replace(' ', '_')} ${code === 'PRICE_OUTSIDE_COLLAR' ? '±' : limit}`
    }
    case 'risk.superseded':
      return `supersede ${payload.intent}`
    case 'risk.halted': {
      const { code, value = '-', limit = '-', state, isFlattening } = payload
      return `halted ${code} ${value} ${limit} ${state}${isFlattening ? ' flattening' : ''}`
    }
    case 'risk.margin': {
      const { kind, equity, used, available, maintenance = '-' } = payload
      return `margin ${kind} ${equity} ${used} ${available} ${maintenance}`
    }
    case 'risk.resumed':
      return 'resumed'
    case 'risk.strategy_halted':
      return `strategy_halted ${payload.strategy} ${payload.code} ${payload.value ?? '-'} ${payload.limit ?? '-'}`
    case 'risk.strategy_resumed':
      return `resumed ${payload.strategy}`
  }
  return topic
}

type WhenHalted = RiskConfig['whenHalted']
const strengths: readonly WhenHalted[] = ['reduce', 'refuse', 'flatten']
const stateOf = (when: WhenHalted): string =>
  when === 'reduce' ? 'REDUCING' : when === 'refuse' ? 'HALTED' : 'HALTED flattening'
const nameOf = (halt: { state: string; isFlattening: boolean }): WhenHalted =>
  halt.isFlattening ? 'flatten' : halt.state === 'HALTED' ? 'refuse' : 'reduce'

const signedLeaves = (order: Order): bigint => (order.side === 'buy' ? leavesOf(order) : -leavesOf(order))

function exitOf({
  clientOrderId: id,
  strategy,
  instrument,
  side,
  quantity,
  limitPrice,
  closes,
}: PayloadOf<'order.submitted'>): Order {
  return {
    id,
    strategy,
    instrument,
    side,
    quantity: dec(quantity),
    filled: 0n,
    limit: limitPrice,
    closes,
    hasBracket: false,
  }
}

/** What moves the gate's clock. */
const keyOf = ({ strategy, instrument }: { strategy: string; instrument: string }): string =>
  `${strategy} ${instrument}`

/** Was it said no later than this, by the ids of both? */
function isUpTo(said: string, read: string): boolean {
  const [[a = 0, b = 0], [c = 0, d = 0]] = [said, read].map((id) =>
    id.slice('risk:'.length).split('.').map(Number),
  ) as [number[], number[]]
  return a < c || (a === c && b <= d)
}

const heard = new Set<string>([
  'md.instrument',
  'md.status',
  'md.bar',
  'md.tick',
  'md.option.tick',
  'instrument.resolved',
  'order.submitted',
  'order.denied',
  'order.cancel_requested',
  'order.superseded',
  'order.mass_cancel_reported',
  'order.accepted',
  'order.triggered',
  'order.rejected',
  'order.fill',
  'order.canceled',
  'order.expired',
  'venue.settled',
  'pnl.update',
  'pnl.snapshot',
  'risk.violation',
  'system.command',
  'system.time',
])

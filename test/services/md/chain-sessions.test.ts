import { describe, expect, it } from 'vitest'
import { Machine } from '#lib/kernel/machine.ts'
import { anyService } from '#lib/kernel/service.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { md } from '#services/md/service.ts'

const minute = 60_000_000
const t0 = 28_000_000 * minute
const underlying = 'BTC_USD.DERIBIT'
const [near, far, third] = ['BTC-1-C.DERIBIT', 'BTC-2-C.DERIBIT', 'BTC-3-C.DERIBIT'] as const

type Status = PayloadOf<'md.status'>

/** A chain of three calls, told what feeds say; what it marks of each contract is looked at on demand. */
function chain() {
  const machine = new Machine(anyService(md))
  let seq = 0
  const tell = (topic: string, payload: unknown, source = 'md-feed') => {
    seq++
    const id = `${source}:e1.${seq}`
    return machine.step({ seq, id, topic, v: 1, at: t0 + seq, source, cause: null, payload } as Event)
  }
  tell('system.config', { service: 'md', config: { chains: [{ underlying }] }, hash: '0'.repeat(64) }, 'md')
  const terms = { tickSize: '0.0001', lotSize: '0.1', multiplier: '1', currency: 'BTC', isSimulated: false }
  const scene = {
    list(source = 'md-feed') {
      for (const [i, instrument] of [near, far, third].entries()) {
        const one = { instrument, strike: String(i + 1), right: 'call', underlying, expiry: '2023-06-16' }
        tell('md.instrument', { kind: 'option', ...terms, ...one, expiresAt: t0 + 90 * minute }, source)
      }
      return scene
    },
    status(feed: string, state: Status['state'], connection?: string, instruments?: string[], source = 'md-feed') {
      const more = { ...(connection && { connection }), ...(instruments && { instruments }) }
      tell('md.status', { feed, state, isSimulated: false, ...more }, source)
      return scene
    },
    quote(instrument: string, bid: string | null, source = 'md-feed') {
      const sides = { bid, bidSize: bid === null ? null : '1', ask: null, askSize: null }
      tell('md.option.tick', { instrument, ...sides }, source)
      return scene
    },
    /** Bid and mark of each contract. */
    now(): string[] {
      const [said] = tell('system.command', { command: 'chain.snapshot', reason: 'test', operator: 'test' }, 'operator')
      const told = said?.payload as PayloadOf<'md.option.chain.snapshot'> | undefined
      return (told?.contracts ?? []).map(({ bid, isStale, isUnheard }) =>
        [bid ?? 'none', isStale && 'stale', isUnheard && 'unheard'].filter(Boolean).join(' '),
      )
    },
    restart() {
      machine.restore(JSON.parse(JSON.stringify(machine.snapshot())), '0'.repeat(64))
      return scene
    },
  }
  return scene
}

/** Two connections of one venue: the first is subscribed to the near and the far call, the second to the third. */
const twoConnections = () =>
  chain()
    .status('deribit', 'started')
    .list()
    .status('deribit', 'connected', 'deribit-1.1')
    .status('deribit', 'connected', 'deribit-2.1')
    .status('deribit', 'subscribed', 'deribit-1.1', [near, far])
    .status('deribit', 'subscribed', 'deribit-2.1', [third])
    .quote(near, '5')
    .quote(third, '6')

describe('[MD-C4a] trouble of a feed or connection', () => {
  it('touches only what it was subscribed to: of two connections of a venue the other one goes on', () => {
    const scene = twoConnections()
    expect(scene.now()).toEqual(['5', 'none', '6'])
    scene.status('deribit', 'disconnected', 'deribit-2.1')
    expect(scene.now()).toEqual(['5', 'none', '6 stale unheard'])
    scene.restart().status('deribit', 'connected', 'deribit-2.2')
    scene.status('deribit', 'subscribed', 'deribit-2.2', [third])
    expect(scene.now()).toEqual(['5', 'none', '6 stale'])
    expect(scene.quote(third, '7').now()).toEqual(['5', 'none', '7'])
  })

  it('of another feed touches nothing, whatever it says', () => {
    const scene = twoConnections().status('binance', 'started', undefined, undefined, 'md-binance')
    scene.status('binance', 'connected', 'binance-spot-1.1', undefined, 'md-binance')
    for (const state of ['stalled', 'disconnected', 'flagged', 'refused', 'ended', 'started'] as const)
      scene.status('binance', state, 'binance-spot-1.1', undefined, 'md-binance')
    expect(scene.now()).toEqual(['5', 'none', '6'])
    scene.status('binance', 'connected', 'binance-spot-1.1')
    expect(scene.status('binance', 'disconnected', 'binance-spot-1.1').now()).toEqual(['5', 'none', '6'])
  })

  it('a connection that replaces another of its session interrupts nothing', () => {
    const scene = twoConnections().status('deribit', 'connected', 'deribit-1.2')
    expect(scene.status('deribit', 'disconnected', 'deribit-1.1').now()).toEqual(['5', 'none', '6'])
    expect(scene.status('deribit', 'disconnected', 'deribit-1.2').now()).toEqual([
      '5 stale unheard',
      'none unheard',
      '6',
    ])
  })

  it('a start of a feed makes all old that its source said before, and nothing of another source', () => {
    const scene = twoConnections().quote(far, '9', 'md-other')
    scene.status('deribit', 'unsubscribed', 'deribit-1.1', [far]).quote(far, '9', 'md-other')
    expect(scene.status('deribit', 'started').now()).toEqual(['5 stale unheard', '9', '6 stale unheard'])
  })

  it('what no connection is subscribed to by name, as in a data set, is old when a feed of its source starts or ends', () => {
    const scene = chain().status('dataset', 'started').list().quote(near, '5').quote(far, null)
    expect(scene.now()).toEqual(['5', 'none', 'none'])
    expect(scene.status('dataset', 'ended').now()).toEqual(['5 stale', 'none', 'none'])
    expect(scene.quote(near, '6').now()).toEqual(['6', 'none', 'none'])
    expect(scene.status('dataset', 'started').now()).toEqual(['6 stale', 'none', 'none'])
  })
})

describe('[MD-C7] a contract that no connection is subscribed to', () => {
  it('is marked, so that it does not look like one that nobody quotes', () => {
    const scene = chain().list().status('deribit', 'connected', 'deribit-1.1')
    scene.status('deribit', 'subscribed', 'deribit-1.1', [near, far]).quote(near, null)
    expect(scene.now()).toEqual(['none', 'none', 'none unheard'])
    scene.status('deribit', 'subscribed', 'deribit-1.1', [third])
    expect(scene.now()).toEqual(['none', 'none', 'none'])
    scene.quote(far, '4').status('deribit', 'unsubscribed', 'deribit-1.1', [near, far])
    expect(scene.now()).toEqual(['none unheard', '4 stale unheard', 'none'])
  })

  it('is told as any other where no feed says what it is subscribed to', () => {
    expect(chain().list().quote(near, '5').now()).toEqual(['5', 'none', 'none'])
  })
})

describe('[MD-C3] a contract that the exchange takes off its list before its end', () => {
  it('leaves the chain at once, and comes back without a quote when it is listed again', () => {
    const scene = chain().list().status('deribit', 'connected', 'deribit-1.1')
    scene.status('deribit', 'subscribed', 'deribit-1.1', [near, far, third])
    scene.quote(near, '1').quote(far, '2').quote(third, '3').status('deribit', 'delisted', undefined, [far])
    expect(scene.now()).toEqual(['1', '3'])
    expect(scene.quote(far, '4').restart().now()).toEqual(['1', '3'])
    expect(scene.list().now()).toEqual(['1', 'none unheard', '3'])
    expect(scene.status('deribit', 'subscribed', 'deribit-1.1', [far]).quote(far, '5').now()).toEqual(['1', '5', '3'])
  })
})

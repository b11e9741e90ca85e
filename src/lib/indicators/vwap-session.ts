import { defineIndicator } from './indicator.ts'
import { multiple } from './parameters.ts'
import { typicalPrice } from './typical-price.ts'

type Params = [band1: number, band2: number]

const first = () => 0

/** Volume-weighted average price of the session so far, with two bands. */
export const vwapSession = defineIndicator({
  name: 'vwap_session',
  title: 'volume-weighted average price of the session',
  params: [multiple('band1', 1), multiple('band2', 2)],
  reads: ['high', 'low', 'close', 'volume', 'session'],
  outputs: { vwap: first, u1: first, l1: first, u2: first, l2: first },
  undefinedWhen: 'the session has had no volume yet',
  source:
    'sum(typical*volume) / sum(volume) of the session; bands of band * population deviation, weighted by volume (West 1979)',
  start: ([band1, band2]: Params): VwapState => ({ band1, band2, session: null, volume: 0, mean: 0, squares: 0 }),
  update(state: VwapState, bar) {
    if (bar.session !== state.session) {
      state.session = bar.session
      state.volume = 0
      state.mean = 0
      state.squares = 0
    }
    if (bar.volume === 0) return
    const delta = typicalPrice(bar) - state.mean
    state.volume += bar.volume
    const step = delta * (bar.volume / state.volume)
    state.mean += step
    state.squares += (state.volume - bar.volume) * delta * step
  },
  read({ band1, band2, volume, mean, squares }) {
    if (volume === 0) return { vwap: null, u1: null, l1: null, u2: null, l2: null }
    const deviation = Math.sqrt(squares / volume)
    return {
      vwap: mean,
      u1: mean + band1 * deviation,
      l1: mean - band1 * deviation,
      u2: mean + band2 * deviation,
      l2: mean - band2 * deviation,
    }
  },
})

type VwapState = {
  readonly band1: number
  readonly band2: number
  session: number | null
  volume: number
  mean: number
  squares: number
}

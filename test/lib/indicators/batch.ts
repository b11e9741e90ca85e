import type { BarValues } from '#lib/indicators/indicator.ts'

/** A column of values, one a bar; null where there is none. */
type Column = (number | null)[]
type Reduce = (window: number[]) => number

/** Of the last n values, when none of them is missing. */
const windowed = (x: Column, n: number, reduce: Reduce): Column =>
  x.map((_, i) => {
    const window = x.slice(Math.max(0, i - n + 1), i + 1)
    return window.length < n || window.includes(null) ? null : reduce(window as number[])
  })
const each = (columns: Column[], how: (...values: number[]) => number | null): Column =>
  (columns[0] as Column).map((_, i) => {
    const values = columns.map((column) => column[i] as number | null)
    return values.includes(null) ? null : how(...(values as number[]))
  })
const total: Reduce = (window) => window.reduce((sum, x) => sum + x, 0)
const average: Reduce = (window) => total(window) / window.length
const squares: Reduce = (window) => total(window.map((x) => (x - average(window)) ** 2))
const isFlat = (window: number[]) => window.every((x) => x === window[0])
const over = (a: number, b: number) => (b === 0 ? 0 : a / b)
const lag = (x: Column, n: number): Column => x.map((_, i) => x[i - n] ?? null)
const sub = (a: Column, b: Column) => each([a, b], (x, y) => x - y)
const add = (a: Column, b: Column) => each([a, b], (x, y) => x + y)
const times = (x: Column, k: number) => each([x], (value) => value * k)
const sma = (x: Column, n: number) => windowed(x, n, average)
const sum = (x: Column, n: number) => windowed(x, n, total)
const highest = (x: Column, n: number) => windowed(x, n, (window) => Math.max(...window))
const lowest = (x: Column, n: number) => windowed(x, n, (window) => Math.min(...window))
const wma = (x: Column, n: number) =>
  windowed(x, n, (window) => total(window.map((value, i) => value * (i + 1))) / ((n * (n + 1)) / 2))
const deviation = (x: Column, n: number) =>
  windowed(x, n, (window) => (isFlat(window) ? 0 : Math.sqrt(squares(window) / n)))

/** Seeded with the mean of the first n values from `from` on. */
function smoothed(x: Column, n: number, weight: number, from = x.findIndex((value) => value !== null)): Column {
  let value: number | null = null
  return x.map((now, i) => {
    if (from < 0 || i < from + n - 1) return null
    if (value === null) value = average(x.slice(from, i + 1) as number[])
    else value += weight * ((now as number) - value)
    return value
  })
}
const ema = (x: Column, n: number, from?: number) => smoothed(x, n, 2 / (n + 1), from)
const rma = (x: Column, n: number, from?: number) => smoothed(x, n, 1 / n, from)
const averageOf = (x: Column, n: number, kind: number) => [sma, ema, wma][kind]?.(x, n) as Column

export type Batch = (params: readonly number[], bars: readonly BarValues[]) => Record<string, Column>

const fields = (bars: readonly BarValues[]) => {
  const [o, h, l, c, v] = (['open', 'high', 'low', 'close', 'volume'] as const).map((field) =>
    bars.map((bar) => bar[field]),
  ) as [Column, Column, Column, Column, Column]
  const tp = each([h, l, c], (x, y, z) => (x + y + z) / 3)
  const tr = each([h, l, lag(c, 1)], (x, y, z) => Math.max(x - y, Math.abs(z - x), Math.abs(z - y)))
  const change = sub(c, lag(c, 1))
  const clv = each([h, l, c], (x, y, z) => (x > y ? (z - y - (x - z)) / (x - y) : 0))
  const hl2 = each([h, l], (x, y) => (x + y) / 2)
  return { o, h, l, c, v, tp, tr, change, clv, hl2 }
}
type Fields = ReturnType<typeof fields>
const of =
  (make: (f: Fields, ...params: number[]) => Record<string, Column> | Column): Batch =>
  (params, bars) => {
    const made = make(fields(bars), ...params)
    return Array.isArray(made) ? { value: made } : made
  }
const rate = (x: Column, n: number) => each([x, lag(x, n)], (now, then) => over(now - then, then))
const raw = (h: Column, l: Column, c: Column, n: number) =>
  each([c, highest(h, n), lowest(l, n)], (x, hh, ll) => 100 * over(x - ll, hh - ll))
const rsi = (c: Column, n: number) => {
  const change = sub(c, lag(c, 1))
  const gain = rma(
    each([change], (x) => Math.max(x, 0)),
    n,
  )
  return each(
    [
      gain,
      rma(
        each([change], (x) => Math.max(-x, 0)),
        n,
      ),
    ],
    (g, loss) => 100 * over(g, g + loss),
  )
}
const together = (columns: Record<string, Column>, by: Column): Record<string, Column> =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, each([column, by], (x) => x)]))
const macd = (line: Column, n: number) => {
  const signal = ema(line, n)
  return together({ macd: line, signal, histogram: sub(line, signal) }, signal)
}
const ratioOfSums = (a: Column, b: Column, n: number) =>
  each([sum(a, n), sum(b, n)], (x, y) => (y === 0 ? null : x / y))
const channel = (middle: Column, reach: Column) =>
  together({ upper: add(middle, reach), middle, lower: sub(middle, reach) }, add(middle, reach))
const running = (x: Column): Column => x.map((_, i) => total(x.slice(0, i + 1) as number[]))
const products = (x: Column, y: Column, n: number): Column =>
  x.map((_, i) => {
    const [a, b] = [x, y].map((column) => column.slice(Math.max(0, i - n + 1), i + 1)) as [Column, Column]
    if (a.length < n || a.includes(null) || b.includes(null)) return null
    const [meanA, meanB] = [average(a as number[]), average(b as number[])]
    return total(a.map((value, k) => ((value as number) - meanA) * ((b[k] as number) - meanB)))
  })
const line = (c: Column, n: number) => {
  const places = c.map((_, i) => i)
  const slope = times(products(places, c, n), 12 / (n * (n * n - 1)))
  const at = (x: number) => each([sma(c, n), slope], (mean, s) => mean + s * (x - (n - 1) / 2))
  const angle = each([slope], (s) => Math.atan(s) * (180 / Math.PI))
  return { value: at(n - 1), slope, intercept: at(0), forecast: at(n), angle }
}

/** Every formula, written plainly over whole columns: what the incremental one has to equal. */
export const batch: Readonly<Record<string, Batch>> = {
  sma: of(({ c }, n = 0) => sma(c, n)),
  ema: of(({ c }, n = 0) => ema(c, n)),
  wma: of(({ c }, n = 0) => wma(c, n)),
  rma: of(({ c }, n = 0) => rma(c, n)),
  dema: of(({ c }, n = 0) => sub(times(ema(c, n), 2), ema(ema(c, n), n))),
  tema: of(({ c }, n = 0) => {
    const [one, two] = [ema(c, n), ema(ema(c, n), n)]
    return add(times(sub(one, two), 3), ema(two, n))
  }),
  trima: of(({ c }, n = 0) => sma(sma(c, Math.ceil(n / 2)), Math.floor(n / 2) + 1)),
  hma: of(({ c }, n = 0) => wma(sub(times(wma(c, Math.floor(n / 2)), 2), wma(c, n)), Math.floor(Math.sqrt(n)))),
  zlema: of(({ c }, n = 0) => ema(sub(times(c, 2), lag(c, Math.floor((n - 1) / 2))), n)),
  vwma: of(({ c, v }, n = 0) =>
    ratioOfSums(
      each([c, v], (x, y) => x * y),
      v,
      n,
    ),
  ),
  midpoint: of(({ c }, n = 0) => each([highest(c, n), lowest(c, n)], (x, y) => (x + y) / 2)),
  midprice: of(({ h, l }, n = 0) => each([highest(h, n), lowest(l, n)], (x, y) => (x + y) / 2)),
  bollinger: of(({ c }, n = 0, up = 0, down = 0) => {
    const [middle, reach] = [sma(c, n), deviation(c, n)]
    return { upper: add(middle, times(reach, up)), middle, lower: sub(middle, times(reach, down)) }
  }),
  donchian: of(({ h, l }, n = 0) => {
    const [upper, lower] = [highest(h, n), lowest(l, n)]
    return { upper, middle: each([upper, lower], (x, y) => (x + y) / 2), lower }
  }),
  keltner: of(({ tp, tr }, n = 0, a = 0, k = 0) => {
    const first = Math.max(n - 1, a)
    return channel(ema(tp, n, first - n + 1), times(rma(tr, a, first - a + 1), k))
  }),
  keltner_own: of(({ tp, tr }, n = 0, a = 0, k = 0) => channel(ema(tp, n), times(rma(tr, a), k))),
  rsi: of(({ c }, n = 0) => rsi(c, n)),
  cmo: of(({ change }, n = 0) =>
    each([rma(change, n), rma(each([change], Math.abs), n)], (net, gross) => 100 * over(net, gross)),
  ),
  mom: of(({ c }, n = 0) => sub(c, lag(c, n))),
  roc: of(({ c }, n = 0) => times(rate(c, n), 100)),
  rocp: of(({ c }, n = 0) => rate(c, n)),
  macd: of(({ c }, fast = 0, slow = 0, n = 0) => macd(sub(ema(c, fast, slow - fast), ema(c, slow)), n)),
  macd_own: of(({ c }, fast = 0, slow = 0, n = 0) => macd(sub(ema(c, fast), ema(c, slow)), n)),
  apo: of(({ c }, fast = 0, slow = 0, kind = 0) => sub(averageOf(c, fast, kind), averageOf(c, slow, kind))),
  ppo: of(({ c }, fast = 0, slow = 0, kind = 0) =>
    each([averageOf(c, fast, kind), averageOf(c, slow, kind)], (x, y) => 100 * over(x - y, y)),
  ),
  stoch: of(({ h, l, c }, fk = 0, sk = 0, sd = 0) => {
    const k = sma(raw(h, l, c, fk), sk)
    const d = sma(k, sd)
    return together({ k, d }, d)
  }),
  stochf: of(({ h, l, c }, fk = 0, fd = 0) => {
    const k = raw(h, l, c, fk)
    const d = sma(k, fd)
    return together({ k, d }, d)
  }),
  willr: of(({ h, l, c }, n = 0) =>
    each([c, highest(h, n), lowest(l, n)], (x, hh, ll) => -100 * over(hh - x, hh - ll)),
  ),
  cci: of(({ tp }, n = 0) =>
    windowed(tp, n, (window) => {
      if (isFlat(window)) return 0
      const mean = average(window)
      return ((window.at(-1) as number) - mean) / (0.015 * average(window.map((x) => Math.abs(x - mean))))
    }),
  ),
  aroon: of(({ h, l }, n = 0) => {
    const since = (window: number[], x: number) => (100 * window.lastIndexOf(x)) / n
    const up = windowed(h, n + 1, (window) => since(window, Math.max(...window)))
    const down = windowed(l, n + 1, (window) => since(window, Math.min(...window)))
    return { up, down, osc: sub(up, down) }
  }),
  trix: of(({ c }, n = 0) => times(rate(ema(ema(ema(c, n), n), n), 1), 100)),
  ultosc: of(({ l, c, tr }, ...periods) => {
    const pressure = each([c, l, lag(c, 1)], (x, low, before) => x - Math.min(low, before))
    const [a, b, d] = periods.sort((x, y) => x - y).map((n) => each([sum(pressure, n), sum(tr, n)], over)) as [
      Column,
      Column,
      Column,
    ]
    return each([a, b, d], (x, y, z) => (100 * (4 * x + 2 * y + z)) / 7)
  }),
  bop: of(({ o, h, l, c }) => each([o, h, l, c], (a, b, d, e) => over(e - a, b - d))),
  ao: of(({ hl2 }, fast = 0, slow = 0) => sub(sma(hl2, fast), sma(hl2, slow))),
  vortex: of(({ h, l, tr }, n = 0) => {
    const side = (a: Column, b: Column) =>
      each(
        [
          sum(
            each([a, lag(b, 1)], (x, y) => Math.abs(x - y)),
            n,
          ),
          sum(tr, n),
        ],
        over,
      )
    return { plus: side(h, l), minus: side(l, h) }
  }),
  coppock: of(({ c }, n = 0, r1 = 0, r2 = 0) => wma(times(add(rate(c, r1), rate(c, r2)), 100), n)),
  tsi: of(({ change }, a = 0, b = 0) =>
    each([ema(ema(change, a), b), ema(ema(each([change], Math.abs), a), b)], (x, y) => 100 * over(x, y)),
  ),
  trange: of(({ tr }) => tr),
  atr: of(({ tr }, n = 0) => rma(tr, n)),
  natr: of(({ tr, c }, n = 0) => each([rma(tr, n), c], (x, y) => 100 * over(x, y))),
  stddev: of(({ c }, n = 0, k = 0) => times(deviation(c, n), k)),
  var: of(({ c }, n = 0) => each([deviation(c, n)], (x) => x * x)),
  linreg: of(({ c }, n = 0) => line(c, n)),
  beta: of(({ h, l }, n = 0) => each([products(rate(h, 1), rate(l, 1), n), products(rate(h, 1), rate(h, 1), n)], over)),
  obv: of(({ c, v, change }) =>
    running(c.map((_, i) => (i === 0 ? 1 : Math.sign(change[i] as number)) * (v[i] as number))),
  ),
  ad: of(({ clv, v }) => running(each([clv, v], (x, y) => x * y))),
  cmf: of(({ clv, v }, n = 0) =>
    each(
      [
        sum(
          each([clv, v], (x, y) => x * y),
          n,
        ),
        sum(v, n),
      ],
      over,
    ),
  ),
  vwap_cum: of(({ tp, v }) =>
    each([running(each([tp, v], (x, y) => x * y)), running(v)], (x, y) => (y === 0 ? null : x / y)),
  ),
  vwap_roll: of(({ tp, v }, n = 0) =>
    ratioOfSums(
      each([tp, v], (x, y) => x * y),
      v,
      n,
    ),
  ),
  efi: of(({ change, v }, n = 0) =>
    ema(
      each([change, v], (x, y) => x * y),
      n,
    ),
  ),
  ichimoku: of(({ h, l }, t = 0, k = 0, b = 0, shift = 0) => {
    const middle = (n: number) => each([highest(h, n), lowest(l, n)], (x, y) => (x + y) / 2)
    const spanARaw = each([middle(t), middle(k)], (x, y) => (x + y) / 2)
    const spanBRaw = middle(b)
    return {
      tenkan: middle(t),
      kijun: middle(k),
      spanARaw,
      spanBRaw,
      spanA: lag(spanARaw, shift),
      spanB: lag(spanBRaw, shift),
    }
  }),
  chop: of(({ h, l, tr }, n = 0) =>
    each([sum(tr, n), highest(h, n), lowest(l, n)], (x, hh, ll) =>
      hh === ll ? null : (100 * Math.log10(x / (hh - ll))) / Math.log10(n),
    ),
  ),
  chandelier: of(({ h, l, tr }, n = 0, k = 0) => {
    const reach = times(rma(tr, n), k)
    return { long: sub(highest(h, n), reach), short: add(lowest(l, n), reach) }
  }),
  hv: of(({ c }, n = 0, perYear = 0) =>
    windowed(each([rate(c, 1)], Math.log1p), n, (window) => Math.sqrt((squares(window) / (n - 1)) * perYear)),
  ),
  zscore: of(({ c }, n = 0) =>
    windowed(c, n, (window) =>
      isFlat(window) ? 0 : ((window.at(-1) as number) - average(window)) / Math.sqrt(squares(window) / n),
    ),
  ),
  rollmax: of(({ h, l }, n = 0) => ({ maxHigh: highest(h, n), minLow: lowest(l, n) })),
  pivots: of(({ h, l, c }) => {
    const p = lag(
      each([h, l, c], (x, y, z) => (x + y + z) / 3),
      1,
    )
    const [high, low] = [lag(h, 1), lag(l, 1)]
    return {
      p,
      r1: each([p, low], (x, y) => 2 * x - y),
      s1: each([p, high], (x, y) => 2 * x - y),
      r2: each([p, high, low], (x, y, z) => x + y - z),
      s2: each([p, high, low], (x, y, z) => x - y + z),
      r3: each([p, high, low], (x, y, z) => y + 2 * (x - z)),
      s3: each([p, high, low], (x, y, z) => z - 2 * (y - x)),
    }
  }),
  kama: of(({ c, change }, n = 0) => {
    const path = sum(each([change], Math.abs), n)
    let value = c[n - 1] as number
    return c.map((x, i) => {
      if (i < n) return null
      const efficiency = path[i] === 0 ? 1 : Math.abs((x as number) - (c[i - n] as number)) / (path[i] as number)
      value += (efficiency * (2 / 3 - 2 / 31) + 2 / 31) ** 2 * ((x as number) - value)
      return value
    })
  }),
  t3: of(({ c }, n = 0, v = 0) => {
    const chain = [c]
    for (let k = 0; k < 6; k++) chain.push(ema(chain[k] as Column, n))
    const [c1, c2, c3, c4] = [-(v ** 3), 3 * v ** 2 + 3 * v ** 3, -6 * v ** 2 - 3 * v - 3 * v ** 3, (1 + v) ** 3]
    return each(chain.slice(3), (e3, e4, e5, e6) => c1 * e6 + c2 * e5 + c3 * e4 + c4 * e3)
  }),
  mfi: of(({ tp, v }, n = 0) => {
    const moved = sub(tp, lag(tp, 1))
    const flow = (sign: number) =>
      sum(
        each([moved, tp, v], (x, price, size) => (x * sign > 0 ? price * size : 0)),
        n,
      )
    return each([flow(1), flow(-1)], (up, down) => (up + down < 1 ? 0 : (100 * up) / (up + down)))
  }),
  correl: of(({ h, l }, n = 0) =>
    each([products(h, l, n), products(h, h, n), products(l, l, n)], (x, y, z) => over(x, Math.sqrt(y * z))),
  ),
  adosc: of(({ clv, v }, fast = 0, slow = 0) => {
    const line = running(each([clv, v], (x, y) => x * y)) as number[]
    const from0 = (n: number) =>
      line.map((_, i) => line.slice(1, i + 1).reduce((e, x) => e + (2 / (n + 1)) * (x - e), line[0] as number))
    return sub(from0(fast), from0(slow)).map((value, i) => (i < slow - 1 ? null : value))
  }),
  stochrsi: of(({ c }, n = 0, fk = 0, fd = 0) => {
    const k = stochasticOf(rsi(c, n), fk)
    const d = sma(k, fd)
    return together({ k, d }, d)
  }),
  stochrsi_kd: of(({ c }, n = 0, m = 0, ks = 0, ds = 0) => {
    const k = sma(stochasticOf(rsi(c, n), m), ks)
    return { k, d: sma(k, ds) }
  }),
  heikinashi: of(({ o, h, l, c }) => {
    const close = each([o, h, l, c], (a, b, d, e) => (a + b + d + e) / 4)
    const open: Column = []
    for (let i = 0; i < close.length; i++)
      open.push(
        i === 0 ? ((o[0] as number) + (c[0] as number)) / 2 : ((open[i - 1] as number) + (close[i - 1] as number)) / 2,
      )
    return { open, high: each([h, open, close], Math.max), low: each([l, open, close], Math.min), close }
  }),
  vwap_session: ([one = 0, two = 0], bars) => {
    const columns: Record<string, Column> = { vwap: [], u1: [], l1: [], u2: [], l2: [] }
    bars.forEach((bar, i) => {
      const first = bars.findLastIndex((other, k) => k < i && other.session !== bar.session) + 1
      const session = bars
        .slice(first, i + 1)
        .map(({ high, low, close, volume }) => ({ x: (high + low + close) / 3, volume }))
      const volume = total(session.map((each) => each.volume))
      const mean = volume === 0 ? null : total(session.map((each) => each.x * each.volume)) / volume
      const spread =
        mean === null ? 0 : Math.sqrt(total(session.map((each) => each.volume * (each.x - mean) ** 2)) / volume)
      const at = (times: number) => (mean === null ? null : mean + times * spread)
      for (const [name, times] of [
        ['vwap', 0],
        ['u1', one],
        ['l1', -one],
        ['u2', two],
        ['l2', -two],
      ] as const)
        columns[name]?.push(at(times))
    })
    return columns
  },
  supertrend: ([n = 0, k = 0], bars) => {
    const { tr, hl2, c } = fields(bars)
    const reach = times(rma(tr, n), k) as number[]
    const [line, dir]: [Column, Column] = [[], []]
    let [upper, lower, now] = [0, 0, 1]
    hl2.forEach((middle, i) => {
      if (reach[i] === null || reach[i] === undefined) {
        line.push(null)
        dir.push(null)
        return
      }
      const [high, low] = [(middle as number) + reach[i], (middle as number) - reach[i]]
      const [close, before] = [c[i] as number, c[i - 1] as number]
      upper = i === n || high < upper || before > upper ? high : upper
      lower = i === n || low > lower || before < lower ? low : lower
      if (i > n) now = now > 0 ? (close < lower ? -1 : 1) : close > upper ? 1 : -1
      line.push(now > 0 ? lower : upper)
      dir.push(now)
    })
    return { line, dir }
  },
  sar: ([step = 0, most = 0], bars) => {
    const [first, second] = bars
    if (!first || !second) return { value: bars.map(() => null) }
    const least = Math.min(step, most)
    const fall = first.low - second.low
    let isLong = !(fall > 0 && fall > second.high - first.high)
    let [stop, extreme, weight] = isLong ? [first.low, second.high, least] : [first.high, second.low, least]
    const value: Column = [null]
    for (let i = 1; i < bars.length; i++) {
      const bar = bars[i] as BarValues
      const before = bars[Math.max(1, i - 1)] as BarValues
      const clamped = (x: number) => (isLong ? Math.min(x, before.low, bar.low) : Math.max(x, before.high, bar.high))
      const best = () => (isLong ? bar.high : bar.low)
      if (isLong ? bar.low <= stop : bar.high >= stop) {
        isLong = !isLong
        stop = clamped(extreme)
        value.push(stop)
        extreme = best()
        weight = least
      } else {
        value.push(stop)
        if (isLong ? bar.high > extreme : bar.low < extreme) {
          extreme = best()
          weight = Math.min(weight + least, most)
        }
      }
      stop = clamped(stop + weight * (extreme - stop))
    }
    return { value }
  },
  adx: ([n = 0], bars) => {
    const { h, l, tr } = fields(bars)
    const [up, down] = [sub(h, lag(h, 1)), sub(lag(l, 1), l)]
    const summed = (x: Column): Column => {
      let value = 0
      return x.map((now, i) => {
        value = i < n ? value + (now ?? 0) : value - value / n + (now as number)
        return i < n - 1 ? null : value
      })
    }
    const plusDm = summed(each([up, down], (a, b) => (a > 0 && a > b ? a : 0)))
    const minusDm = summed(each([up, down], (a, b) => (b > 0 && b > a ? b : 0)))
    const range = summed(tr)
    const share = (x: Column) => each([x, range], (a, b) => 100 * over(a, b)).map((value, i) => (i < n ? null : value))
    const [plusDi, minusDi] = [share(plusDm), share(minusDm)]
    let newest = 0
    const isStill: boolean[] = []
    const dx = plusDi.map((a, i) => {
      const b = minusDi[i] as number | null
      if (a === null || b === null) return null
      isStill[i] = a + b === 0
      if (a + b > 0) newest = (100 * Math.abs(a - b)) / (a + b)
      return newest
    })
    let value = 0
    const adx = dx.map((x, i) => {
      if (x === null) return null
      if (i < 2 * n) value += isStill[i] ? 0 : x / n
      else if (!isStill[i]) value = (value * (n - 1) + x) / n
      return i < 2 * n - 1 ? null : value
    })
    return { plusDm, minusDm, plusDi, minusDi, dx, adx, adxr: each([adx, lag(adx, n - 1)], (a, b) => (a + b) / 2) }
  },
}

/** An RSI that stands still but for its last bits has no range. */
function stochasticOf(x: Column, n: number): Column {
  return each([x, highest(x, n), lowest(x, n)], (now, top, bottom) =>
    top - bottom <= 1e-9 ? 0 : (100 * (now - bottom)) / (top - bottom),
  )
}

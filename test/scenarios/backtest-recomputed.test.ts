import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { strFromU8, unzipSync } from 'fflate'
import { afterAll, expect, it } from 'vitest'
import { repository, trader } from '#test/process/trader.ts'
import { removeFolder } from '#test/process/tree.ts'
import { describeShared, sharedDir } from '#test/shared.ts'
import { type PlainBar, type PlainFill, plainBacktest, plainCrosses } from './plain-backtest.ts'

// Through the real commands: import, then backtest; against a plain re-computation from the recording's own bytes.
const folder = mkdtempSync(join(tmpdir(), 'trader-recomputed-'))
afterAll(() => removeFolder(folder))
const shared = (path: string) => join(sharedDir, 'data', path)
const terms = { cash: 1_000_000, feeBps: 1 }

type Market = {
  readonly name: string
  readonly format: string
  readonly files: readonly string[]
  readonly timeframe: string
  readonly quantity: number
  readonly flags: readonly string[]
  readonly bars: () => readonly PlainBar[]
  /** Whether the last bar may fill an order: a recorded one does; one that is built of trades is told when the feed ends, with nothing behind it. */
  readonly isLastTraded: boolean
}

const spy: Market = {
  name: 'SPY daily 1998-2021',
  format: 'lean',
  files: [shared('lean/equity/usa/daily/spy.zip')],
  timeframe: '1d',
  quantity: 100,
  flags: ['--from', '1998-01-01', '--to', '2021-12-31'],
  bars: () =>
    zipRows('lean/equity/usa/daily/spy.zip').map((cells) => ({
      open: Number(cells[1]) / 10_000,
      close: Number(cells[4]) / 10_000,
    })),
  isLastTraded: true,
}
const eurusd: Market = {
  name: 'EUR/USD hourly 2007-2018',
  format: 'lean',
  files: [shared('lean/forex/fxcm/hour')],
  timeframe: '1h',
  quantity: 10_000,
  flags: ['--from', '2007-01-01', '--to', '2019-01-01'],
  bars: () =>
    zipRows('lean/forex/fxcm/hour/eurusd.zip').map((cells) => ({
      open: Number(((Number(cells[1]) + Number(cells[6])) / 2).toFixed(6)),
      close: Number(((Number(cells[4]) + Number(cells[9])) / 2).toFixed(6)),
    })),
  isLastTraded: true,
}
const captured = ['20240808', '20240809'].map((day) => shared(`crypto-raw/binance-hftbacktest/spot/btcusdt_${day}.gz`))
const btcusdt: Market = {
  name: 'raw BTCUSDT capture, bars of a second built from its trades',
  format: 'raw',
  files: captured,
  timeframe: '1s',
  quantity: 0.01,
  flags: ['--bars', '1s', '--currency', 'USDT'],
  bars: () => secondsOf(frames()).map(({ bar }) => bar),
  isLastTraded: false,
}

describeShared('trader backtest of an EMA(10/20) cross, against a plain re-computation', () => {
  for (const market of [spy, eurusd, btcusdt]) {
    it(`${market.name}: fills and final equity, to the cent, at each kind of fill`, async () => {
      await importMarket(market)
      const bars = market.bars()
      for (const fill of ['next-open', 'same-close', 'next-close'] as const) {
        const { result, fills } = await backtest(market, fill)
        const plain = plainBacktest(bars, fill, { ...terms, quantity: market.quantity }, market.isLastTraded)
        expect(fills.length).toBeGreaterThan(20)
        expectSameFills(fills, plain.fills)
        expect(result).toMatchObject({ fill, fills: fills.length, isSimulated: false })
        expect(Number(result.finalEquity)).toBeCloseTo(plain.equity, 2)
      }
    }, 60_000)
  }

  it('BTCUSDT at the touch: orders take the standing quote, at most its displayed size', async () => {
    await importMarket(btcusdt)
    const { result, fills } = await backtest(btcusdt, 'touch')
    const plain = plainTouch(frames(), btcusdt.quantity)
    expectSameFills(fills, plain.fills)
    expect(fills.length).toBeGreaterThan(result.orders as number)
    expect(result).toMatchObject({ fill: 'touch' })
    expect(Number(result.finalEquity)).toBeCloseTo(plain.equity, 2)
  })

  it('without quotes nothing is touched, and it says so', async () => {
    await importMarket(spy)
    const { result, fills, stderr } = await backtest(spy, 'touch')
    expect(fills).toEqual([])
    expect(result).toMatchObject({ fill: 'touch', fills: 0, rejected: result.orders, finalEquity: '1000000' })
    expect(stderr).toContain('--fill touch needs quotes in the data')
  })
})

const dataOf = ({ name }: Market) => join(folder, name.replace(/\W+/g, '-'))

async function importMarket(market: Market): Promise<void> {
  const { exitCode, stderr } = await trader([
    ...['md', 'import', ...market.files, '--format', market.format, '--to', dataOf(market)],
    ...(market.format === 'raw' ? ['--venue', 'binance'] : []),
  ])
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
}

async function backtest(market: Market, fill: string) {
  const strategy = join(folder, 'cross.yaml')
  const text = readFileSync(join(repository, 'strategies/ema-cross.yaml'), 'utf8')
  const own = text.replace('timeframe: 1d', `timeframe: ${market.timeframe}`)
  writeFileSync(strategy, own.replace('quantity: 100', `quantity: ${market.quantity}`))
  const data = ['--data', dataOf(market), '--runs', join(folder, 'runs'), ...market.flags]
  const money = ['--fill', fill, '--cash', String(terms.cash), '--taker-bps', String(terms.feeBps)]
  const { exitCode, stdout, stderr } = await trader(['backtest', strategy, ...data, ...money, '--json'])
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
  const { folder: run, result } = JSON.parse(stdout as string) as {
    folder: string
    result: Record<string, string | number>
  }
  expect(JSON.parse(readFileSync(join(run, 'result.json'), 'utf8'))).toEqual(result)
  const [, ...lines] = readFileSync(join(run, 'trades.csv'), 'utf8').trimEnd().split('\n')
  const fills = lines.map((line): PlainFill => {
    const [, , , side, quantity, price] = line.split(',')
    return [side as 'buy' | 'sell', Number(quantity), Number(price)]
  })
  return { result, fills, stderr: stderr as string }
}

function expectSameFills(fills: readonly PlainFill[], plain: readonly PlainFill[]): void {
  const rounded = (list: readonly PlainFill[]) =>
    list.map(([side, quantity, price]) => `${side} ${quantity.toFixed(5)} ${price.toFixed(6)}`)
  expect(rounded(fills)).toEqual(rounded(plain))
}

function zipRows(path: string): string[][] {
  const [bytes = new Uint8Array()] = Object.values(unzipSync(readFileSync(shared(path))))
  const lines = strFromU8(bytes).trim().split(/\r?\n/)
  return lines.map((line) => line.split(','))
}

type Frame = { readonly stream?: string; readonly data: Readonly<Record<string, unknown>> }

/** What stands behind the receipt time of each line. */
const frames = (): Frame[] =>
  captured
    .flatMap((file) => gunzipSync(readFileSync(file)).toString().trim().split('\n'))
    .map((line) => JSON.parse(line.slice(line.indexOf(' ') + 1)))

/** Seconds that had trades, by the exchange's time, and the frame that completed each; a trade of a second that is over is in none. */
function secondsOf(all: readonly Frame[]): { bar: PlainBar; completedBy: number }[] {
  const seconds: { second: number; bar: { open: number; close: number }; completedBy: number }[] = []
  all.forEach(({ stream, data }, i) => {
    if (!stream?.endsWith('@trade')) return
    const [second, price] = [Math.floor((data.T as number) / 1_000), Number(data.p)]
    const open = seconds.at(-1)
    if (open === undefined || second > open.second) {
      if (open) open.completedBy = i
      seconds.push({ second, bar: { open: price, close: price }, completedBy: all.length })
    } else if (second === open.second) open.bar.close = price
  })
  return seconds
}

/** Market orders against the standing quote; what it does not show is taken from those that follow. */
function plainTouch(all: readonly Frame[], quantity: number): { fills: PlainFill[]; equity: number } {
  const seconds = secondsOf(all)
  const crosses = plainCrosses(seconds.map(({ bar }) => bar.close))
  const decided = new Map(seconds.map(({ completedBy }, i) => [completedBy, crosses[i]]))
  const fills: PlainFill[] = []
  let [cash, position, wanted] = [terms.cash, 0, 0]
  let quote = { b: '', B: 0, a: '', A: 0 }
  const take = () => {
    const side = wanted > 0 ? 'A' : 'B'
    const lots = Math.round(Math.min(Math.abs(wanted), quote[side]) * 1e5) / 1e5
    if (lots === 0) return
    const price = Number(wanted > 0 ? quote.a : quote.b)
    quote[side] -= lots
    fills.push([wanted > 0 ? 'buy' : 'sell', lots, price])
    const change = Math.sign(wanted) * lots
    cash -= change * price + lots * price * terms.feeBps * 1e-4
    position += change
    wanted = Math.round((wanted - change) * 1e5) / 1e5
  }
  let shown = ''
  all.forEach(({ stream, data }, i) => {
    const target = decided.get(i) ?? 0
    if (target !== 0) {
      wanted = target * quantity - position
      take()
    }
    if (!stream?.endsWith('@bookTicker')) return
    const { b, B, a, A } = data as unknown as Record<string, string>
    if (`${b} ${B}` !== shown.split('|')[0]) quote = { ...quote, b: b as string, B: Number(B) }
    if (`${a} ${A}` !== shown.split('|')[1]) quote = { ...quote, a: a as string, A: Number(A) }
    shown = `${b} ${B}|${a} ${A}`
    if (wanted !== 0) take()
  })
  return { fills, equity: cash + position * (seconds.at(-1)?.bar.close as number) }
}

import { markedAt } from '#lib/domain/marked-position.ts'
import { cell, cents, clockTime, grouped } from '#lib/terminal/dashboard/cells.ts'
import type { Notice } from '#lib/terminal/dashboard/halts.ts'
import type { OrdersShown } from '#lib/terminal/dashboard/orders.ts'
import type { PriceShown } from '#lib/terminal/dashboard/prices.ts'
import type { ProcessRow } from '#lib/terminal/dashboard/process-row.ts'
import type { AccountShown, MarginShown, PositionShown, ScreenState } from '#lib/terminal/dashboard/screen-state.ts'
import { sparkline } from '#lib/terminal/sparkline.ts'

export type Line = { readonly key: string; readonly text: string; readonly color?: string }

const head = (text: string): Line => ({ key: 'head', text, color: 'cyan' })

/** The table of processes: a head and a line each. */
export function processLines(processes: readonly ProcessRow[], width: number): readonly Line[] {
  const columns = ['process', 'state', 'pid', 'again', 'behind', 'rtt ms', 'MB']
  const rows = processes.map(({ name, state, pid, restarts, behind, rttMs, rssBytes }) => ({
    key: name,
    text: processLine([
      name,
      state,
      pid,
      restarts,
      behind === null ? null : grouped(behind),
      rttMs === null ? null : rttMs.toFixed(1),
      rssBytes === null ? null : grouped(rssBytes / 2 ** 20),
    ]),
    ...(state === 'ready' ? {} : { color: state === 'failed' ? 'red' : 'yellow' }),
  }))
  const lines = [head(processLine(columns)), ...rows]
  return lines.map((line) => ({ ...line, text: cell(line.text, width) }))
}

const processWidths = [10, 11, 7, 5, 6, 6, 4]

const processLine = (values: readonly (string | number | null)[]): string =>
  values.map((value, i) => cell(value, processWidths[i] as number, i < 2 ? 'left' : 'right')).join(' ')

/** Prices with the way they came, as many as there is room for. */
export function priceLines(
  prices: Readonly<Record<string, PriceShown>>,
  width: number,
  count: number,
): readonly Line[] {
  if (width < 16) return []
  const wide = Math.max(4, Math.min(24, width - 38))
  const nameWidth = Math.max(6, width - wide - 12)
  const rows = Object.keys(prices)
    .sort()
    .slice(0, count - 1)
    .flatMap((instrument) => {
      const price = prices[instrument]
      if (price === undefined) return []
      const curve = cell(sparkline(price.recent, wide), wide)
      return [{ key: instrument, text: ` ${cell(instrument, nameWidth)} ${cell(price.last, 9, 'right')} ${curve}` }]
    })
  return [head(` ${cell('instrument', nameWidth)} ${cell('last', 9, 'right')}`), ...rows].map((line) => ({
    ...line,
    text: cell(line.text, width),
  }))
}

/** The account in a line. */
export function accountLine(account: AccountShown | null, margin: MarginShown | null): string {
  if (account === null) return 'account: nothing is known yet'
  const { currency, equity, realized, unrealized, fees, grossExposure } = account
  const amounts = `realized ${cents(realized)}  unrealized ${cents(unrealized)}  fees ${cents(fees)}`
  const available = margin?.available === undefined ? '' : `  available ${cents(margin.available)}`
  return `equity ${cents(equity)} ${currency}${available}  ${amounts}  exposure ${cents(grossExposure)}`
}

/** Positions that are open first, then what the closed ones earned. */
export function positionLines(
  { positions, marks, contracts }: Pick<ScreenState, 'positions' | 'marks' | 'contracts'>,
  width: number,
  count: number,
): readonly Line[] {
  const all = Object.values(positions)
  const isOpen = ({ position }: PositionShown) => Number(position) !== 0
  const sorted = [...all.filter(isOpen), ...all.filter((position) => !isOpen(position))].slice(0, count - 1)
  const rows = sorted
    .map(marked)
    .map(({ strategy, instrument, position, averagePrice, mark, realized, unrealized }) => ({
      key: `${strategy} ${instrument}`,
      text: positionLine([instrument, strategy, position, averagePrice, mark, cents(realized), cents(unrealized)]),
    }))
  function marked(one: PositionShown): PositionShown {
    const [mark, contract] = [marks[one.instrument], contracts.get(one.instrument)]
    return mark === undefined || contract === undefined ? one : markedAt(one, mark, contract)
  }
  const names = ['position', 'strategy', 'quantity', 'average', 'mark', 'realized', 'unrealized']
  return [head(positionLine(names)), ...rows].map((line) => ({ ...line, text: cell(line.text, width) }))
}

const positionLine = ([instrument, strategy, ...numbers]: readonly (string | null)[]): string =>
  [
    cell(instrument ?? null, 16),
    cell(strategy ?? null, 11),
    ...numbers.map((text, i) => cell(text, i === 4 ? 10 : 9, 'right')),
  ].join(' ')

/** Orders, newest first. */
export function orderLines(orders: OrdersShown, width: number, count: number): readonly Line[] {
  const line = (at: string, side: string, quantity: string, instrument: string, state: string) =>
    cell(`${cell(at, 9)} ${cell(side, 4)} ${cell(quantity, 9, 'right')} ${cell(instrument, 20)} ${state}`, width)
  const rows = orders.slice(0, count - 1).map(({ at, side, quantity, instrument, state }, i) => ({
    key: String(i),
    text: line(clockTime(at), side, quantity, instrument, state),
  }))
  return [head(line('order', 'side', 'quantity', 'instrument', 'state')), ...rows]
}

type Noticed = {
  readonly screen: { readonly halts: { readonly notices: readonly Notice[] } }
  readonly lines: readonly string[]
}

/** What the services say (newest first), then what the tree says: event time and wall time have no common order, so each has its half for sure. */
export function noticeLines({ screen, lines }: Noticed, width: number, count: number): readonly Line[] {
  const ofTree = [...lines].reverse()
  const { notices } = screen.halts
  const fromEvents = Math.max(Math.ceil(count / 2), count - ofTree.length)
  const told = notices.slice(0, fromEvents).map(({ at, text }) => `${clockTime(at)} ${text}`)
  return [...told, ...ofTree.slice(0, count - told.length)].map((text, i) => ({
    key: String(i),
    text: cell(text, width),
    color: 'yellow',
  }))
}

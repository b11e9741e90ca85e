/**
 * One strategy over the recorded BTCUSDT under other latencies, queue models and slippage models: `node bench/sensitivity.ts` writes
 * docs/sensitivity.md and its picture, docs/sensitivity.svg. It needs the shared recordings.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { captureIn, type Played, playCapture, variants } from '#test/services/venue/capture-play.ts'
import { sharedDir } from '#test/shared.ts'

const docs = join(import.meta.dirname, '..', 'docs')
const facts = captureIn(sharedDir)
const played = Object.entries(variants).map(([what, all]) => ({
  what,
  rows: all.map(([name, config]) => ({ name, ...playCapture(facts, config) })),
}))
type Row = { readonly name: string } & Played

const titles: Readonly<Record<string, string>> = {
  latency: 'Latency of orders, cancels and updates',
  response: 'Latency of reports',
  line: 'Feed, measured latencies, a line that is cut',
  queue: 'Queue model',
  slippage: 'Slippage model',
}
const shown: Readonly<Record<string, { readonly of: (row: Row) => number; readonly unit: string }>> = {
  latency: { of: ({ exitDistance }) => exitDistance, unit: 'exit distance, USDT per BTC' },
  response: { of: ({ lateShare }) => lateShare * 100, unit: 'entries heard of too late, %' },
  line: { of: ({ filled }) => filled, unit: 'entries filled, BTC' },
  queue: { of: ({ filledShare }) => filledShare * 100, unit: 'entries filled, %' },
  slippage: { of: ({ exitCost }) => exitCost, unit: 'exit cost, USDT per BTC' },
}

writeFileSync(join(docs, 'sensitivity.md'), page())
writeFileSync(join(docs, 'sensitivity.svg'), picture())

function page(): string {
  const tables = played.map(({ what, rows }) => `## ${titles[what]}\n\n${table(rows)}`)
  return `# How much the venue's assumptions matter

\`node bench/sensitivity.ts\` writes this page and its picture; \`test/services/venue/sensitivity.test.ts\` holds the directions.

One strategy over six minutes of raw BTCUSDT frames of Binance USD-M (2024-08-08, ${facts.length.toLocaleString('en-US')} facts: depth, best prices, trades), through the risk gate, the order engine, the simulated venue and the
books: at each even second a post-only limit order for 5 BTC at the touch, with the last second's move; at each odd second what was filled is closed at the market. No fees. It is made to be
sensitive, not to earn. Where nothing else is said there is no latency, no slippage, and the queue is \`log\`. The queue of single orders, \`fifo\`, is not here: this recording has none.

- **entries filled**: share of the quantity of ${played[0]?.rows[0]?.entriesWished} limit orders of which we heard before we sent their cancels. Falls with latency, rises as the queue model lets more of those before an order leave.
- **too late**: share of it of which we heard afterwards: the cancel was on its way, or the report. Rises with latency, either way. **BTC**: all that was filled of the entries; falls the longer the line is cut.
- **exit cost**: fill beyond the touch at the wish, USDT per BTC, worse is above zero; **exit distance**: its mean amount. What the touch does not show has to be waited for, so that neither is zero without latency. Where cancels take time, an entry is
  filled when the market runs through it, and its exit comes after: most of the step from 0 to 50 ms is one such entry, whose cancel came 9 ms too late.

![the same as a picture](sensitivity.svg)

${tables.join('\n\n')}
`
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ name, filledShare, lateShare, filled, exitCost, exitDistance, equity }) =>
      `| ${name} | ${(filledShare * 100).toFixed(2)} % | ${(lateShare * 100).toFixed(2)} % | ${filled.toFixed(1)} | ${exitCost.toFixed(3)} | ${exitDistance.toFixed(3)} | ${(equity - 1_000_000).toFixed(2)} |`,
  )
  return [
    '| | entries filled | too late | BTC | exit cost | exit distance | profit, USDT |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...lines,
  ].join('\n')
}

/** A panel for each table: bars of what it moves. */
function picture(): string {
  const panels = played.map(({ what, rows }, i) => {
    const { of, unit } = shown[what] as (typeof shown)[string]
    const most = Math.max(...rows.map(of))
    const bars = rows.map((row, k) => {
      const width = Math.max(1, (of(row) / most) * 300)
      const y = 34 + k * 22
      return `<text x="178" y="${y + 12}" text-anchor="end">${row.name}</text><rect x="184" y="${y}" width="${width.toFixed(1)}" height="16" fill="#4878a8"/><text x="${(190 + width).toFixed(1)}" y="${y + 12}">${of(row).toFixed(2)}</text>`
    })
    return `<g transform="translate(0 ${i * 200})"><text x="10" y="20" font-weight="bold">${titles[what]}: ${unit}</text>${bars.join('')}</g>`
  })
  const height = panels.length * 200
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 ${height}" font-family="sans-serif" font-size="12"><title>What latency, queue models and slippage models do to one strategy</title><rect width="560" height="${height}" fill="#fff"/>${panels.join('')}</svg>\n`
}

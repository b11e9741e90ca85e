/** Prices, greeks, implied volatility and chain selection, ns an operation; minimum of several rounds over the same inputs. */
import { nearestStrike, type StrikeLadder } from '#lib/chain/strike-ladder.ts'
import { exactOfDouble } from '#lib/domain/decimal.ts'
import { priceAmerican } from '#lib/options/american/american-price.ts'
import { bjerksundStensland } from '#lib/options/american/bjerksund-stensland.ts'
import { latticePrice } from '#lib/options/american/lattice.ts'
import { baroneAdesiWhaley, juZhong } from '#lib/options/american/quadratic-approximations.ts'
import { greeksOf, priceEuropean } from '#lib/options/black-scholes-merton.ts'
import { impliedVolatility } from '#lib/options/implied-volatility.ts'
import type { OptionTerms } from '#lib/options/option-terms.ts'

const inputs: OptionTerms[] = Array.from({ length: 1_000 }, (_, i) => ({
  right: i % 2 === 0 ? 'call' : 'put',
  spot: 100,
  strike: 70 + (i % 61),
  years: 0.02 + (i % 17) * 0.12,
  volatility: 0.1 + (i % 13) * 0.05,
  rate: 0.01 + (i % 7) * 0.01,
  yield: (i % 5) * 0.01,
}))
const prices = inputs.map(priceEuropean)
const exact = inputs.map(priceAmerican)
const ladder: StrikeLadder = Array.from({ length: 200 }, (_, i) => exactOfDouble(50 + i * 0.5))
const spots = inputs.map(({ strike }) => exactOfDouble(strike + 0.13))

let kept = 0
function nsPer(count: number, run: (i: number) => number, rounds = 7): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const start = process.hrtime.bigint()
    for (let i = 0; i < count; i++) kept += run(i % inputs.length)
    best = Math.min(best, Number(process.hrtime.bigint() - start) / count)
  }
  return best
}

const at = (i: number): OptionTerms => inputs[i] as OptionTerms
const worstOf = (price: (terms: OptionTerms) => number, every = 1): string =>
  Math.max(
    ...inputs.map((terms, i) => (i % every > 0 ? 0 : Math.abs(price(terms) - (exact[i] as number)))),
  ).toExponential(1)

// The compiler has seen every call before the first is measured.
for (let i = 0; i < 20_000; i++) kept += greeksOf(at(i % 1_000)).price + priceEuropean(at(i % 1_000))

const rows: [string, number, string][] = [
  ['European price', nsPer(100_000, (i) => priceEuropean(at(i))), ''],
  ['European price and 12 greeks', nsPer(100_000, (i) => greeksOf(at(i)).gamma), ''],
  ['Implied volatility', nsPer(50_000, (i) => ('error' in impliedVolatility(at(i), prices[i] as number) ? 0 : 1)), ''],
  ['American: Andersen, Lake, Offengenden', nsPer(1_000, (i) => priceAmerican(at(i)), 2), 'the reference'],
  ['American: Broadie, Detemple, 500 steps', nsPer(50, (i) => latticePrice(at(i * 20)), 2), worstOf(latticePrice, 20)],
  ['American: Ju, Zhong', nsPer(20_000, (i) => juZhong(at(i))), worstOf(juZhong)],
  ['American: Barone-Adesi, Whaley', nsPer(20_000, (i) => baroneAdesiWhaley(at(i))), worstOf(baroneAdesiWhaley)],
  ['American: Bjerksund, Stensland', nsPer(20_000, (i) => bjerksundStensland(at(i))), worstOf(bjerksundStensland)],
  [
    'Strike at the money, of 200',
    nsPer(100_000, (i) => nearestStrike(ladder, spots[i] as (typeof ladder)[number]) ?? 0),
    '',
  ],
]
if (!Number.isFinite(kept)) throw new Error('a price is not finite')

console.log(
  '1,000 options, spot 100, strikes 70 to 130, 1 week to 2 years, volatility 10 to 70 %; minimum of several rounds.\n',
)
console.log('| operation | µs | largest error |\n|---|---:|---:|')
for (const [name, ns, error] of rows)
  console.log(`| ${name} | ${(ns / 1_000).toFixed(ns < 10_000 ? 2 : 0)} | ${error} |`)

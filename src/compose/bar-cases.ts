import { z } from 'zod'
import { type Bar, type Trade, vwapOf } from '#lib/bars/bar.ts'
import { type BarBuilder, buildBar } from '#lib/bars/bar-builder.ts'
import type { BarInterval } from '#lib/bars/bar-interval.ts'
import { bucketFromZero } from '#lib/bars/bucket.ts'
import { endResampling, resampleBar, startResampling, type WideBar } from '#lib/bars/resample-bars.ts'
import { writeWholeFile } from '#lib/files/write-whole-file.ts'
import { UserError, userErrorLine } from '#lib/terminal/user-error.ts'
import { findNamed, placeIn, readManifest } from './read-manifest.ts'
import { readMinuteBars, readTrades } from './trades-file.ts'

// Below, a double is written with an exponent, which no exact decimal has.
const amount = z.number().min(1e-6).max(1e15)
const Output = z.looseObject({
  file: z.string(),
  kind: z.string().optional(),
  ms: amount.optional(),
  n: z.int().min(1).optional(),
  threshold: amount.optional(),
  minutes: z.int().min(1).optional(),
})
type Output = z.infer<typeof Output>
const Group = z.looseObject({ input: z.string(), outputs: z.array(Output) })

/** Trades to aggregate to time, trade, volume and notional bars, and bars of a minute to make wider. */
const Manifest = z.looseObject({ aggregate: z.array(Group).default([]), resample: z.array(Group).default([]) })

export type BarCases = { readonly outputs: number; readonly failed: number; readonly bars: number }

/** Writes every file of bars that a manifest names. A reason is said for one that cannot be made. */
export function computeBarCases(manifest: string, from: string, to: string, say: (line: string) => void): BarCases {
  const { aggregate, resample } = readManifest(manifest, Manifest)
  const done = { outputs: 0, failed: 0, bars: 0 }
  const write = <Row>(
    groups: typeof aggregate,
    read: (file: string) => Row[],
    make: (rows: Row[], output: Output) => string[],
  ) => {
    for (const { input, outputs } of groups) {
      const rows = attempt(input, () => read(findNamed(from, input)))
      for (const output of outputs) {
        const lines = rows && attempt(output.file, () => make(rows, output))
        done.outputs++
        if (lines) writeWholeFile(placeIn(to, output.file), `${lines.join('\n')}\n`)
        if (lines) done.bars += lines.length - 1
        else done.failed++
      }
    }
  }
  const attempt = <Value>(what: string, make: () => Value): Value | null => {
    try {
      return make()
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      say(`${what}: ${userErrorLine(error).replace(/^trader: /, '')}`)
      return null
    }
  }
  write(aggregate, readTrades, aggregated)
  write(resample, readMinuteBars, resampled)
  return done
}

function aggregated(trades: readonly Trade[], output: Output): string[] {
  const interval = intervalOf(output)
  const isTime = interval.kind === 'time'
  const builder: BarBuilder = { interval, bar: null }
  const lines = ['key_ms,first_ms,last_ms,open,high,low,close,volume,vwap,trades'.concat(isTime ? '' : ',complete')]
  const add = (bar: Bar, isComplete: boolean) => {
    const key = isTime ? bar.start : bar.firstAt
    const { open, high, low, close, volume, trades: count } = bar
    const cells = [
      key / 1000,
      bar.firstAt / 1000,
      bar.lastAt / 1000,
      open,
      high,
      low,
      close,
      volume,
      vwapOf(bar) ?? '',
      count,
    ]
    lines.push([...cells, ...(isTime ? [] : [isComplete ? 1 : 0])].join(','))
  }
  for (const trade of isTime ? inOrderOfTime(trades) : trades) {
    const bar = buildBar(builder, trade, bucketFromZero)
    if (bar) add(bar, true)
  }
  if (builder.bar) add(builder.bar, false)
  return lines
}

/** A file knows all of its trades: one that stands too late is still in the bar of its time. */
function inOrderOfTime(trades: readonly Trade[]): readonly Trade[] {
  const isSorted = trades.every(({ at }, i) => i === 0 || at >= (trades[i - 1] as Trade).at)
  return isSorted ? trades : [...trades].sort((a, b) => a.at - b.at)
}

function intervalOf({ kind, ms, n, threshold }: Output): BarInterval {
  const needed = (value: number | undefined, name: string): number => {
    if (value !== undefined) return value
    throw new UserError(`bars of the kind ${kind} need ${name}`)
  }
  switch (kind) {
    case 'time':
      return { kind: 'time', widthUs: Math.round(needed(ms, 'ms') * 1000) }
    case 'tick_count':
      return { kind: 'trades', threshold: needed(n, 'n') }
    case 'volume':
    case 'notional':
      return { kind, threshold: needed(threshold, 'threshold') }
    default:
      throw new UserError(`there are no bars of the kind ${kind}; known: time, tick_count, volume, notional`)
  }
}

function resampled(minutes: readonly ReturnType<typeof readMinuteBars>[number][], output: Output): string[] {
  if (output.minutes === undefined) throw new UserError('a wider bar needs minutes')
  const resampler = startResampling(`${output.minutes}m`)
  const done = minutes.flatMap((minute) => resampleBar(resampler, minute))
  return ['time,open,high,low,close,volume,source_bars', ...[...done, ...endResampling(resampler)].map(wideLine)]
}

const wideLine = ({ start, open, high, low, close, volume, sourceBars }: WideBar): string =>
  [new Date(start / 1000).toISOString(), open, high, low, close, volume, sourceBars].join(',')

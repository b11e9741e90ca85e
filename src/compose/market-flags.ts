import { Flags } from '@oclif/core'
import { utcInstant } from '#services/md/adapters/utc-instant.ts'
import { type BacktestData, backtestData } from './backtest-data.ts'

/** Which market a strategy is run over, and what its roles mean there. */
export const marketFlags = {
  data: Flags.string({ helpValue: 'DIR', description: 'A data set, as trader md import makes it' }),
  from: Flags.string({ description: 'Day or time (UTC) to start at' }),
  to: Flags.string({ description: 'Day or time (UTC) to end before' }),
  instrument: Flags.string({
    multiple: true,
    helpValue: 'ROLE=INSTRUMENT',
    description: 'What a role means; needed where the data has several instruments',
  }),
  bars: Flags.string({
    multiple: true,
    helpValue: 'WIDTH',
    description: 'Build bars of this width from trades, like 1m',
  }),
  catalogue: Flags.string({
    helpValue: 'FILE',
    description: 'An instrument catalogue, whose calendars bars, indicators and sessions follow',
  }),
  cash: Flags.string({ default: '100000', description: 'Money at the start' }),
  seed: Flags.integer({
    default: 1,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    description: 'Of the built-in market, without --data',
  }),
}

type Named = { readonly data?: string; readonly from?: string; readonly to?: string; readonly seed: number }

/** The market that the flags name. Throws a UserError for a time that is none. */
export const marketOf = ({ data, from, to, seed }: Named): BacktestData =>
  backtestData({
    dir: data,
    from: from === undefined ? undefined : utcInstant(from, 'from'),
    to: to === undefined ? undefined : utcInstant(to, 'to'),
    seed,
  })

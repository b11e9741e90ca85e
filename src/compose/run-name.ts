import { z } from 'zod'

/** The name of a backtest, a folder of its own in that of the runs: lower-case, and it may begin with the digits of a day. */
export const RunName = z
  .string()
  .max(96)
  .regex(/^[a-z0-9][a-z0-9_-]*$/, 'expected a lower-case name like ema-cross or 20261124-cross')

import { z } from 'zod'

/** The name of a backtest, a folder of its own in that of the runs: it begins with a letter or a digit, so that it cannot lead elsewhere. */
export const RunName = z
  .string()
  .max(96)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected a name like ema-cross or 20261124-cross')

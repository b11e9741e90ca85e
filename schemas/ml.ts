import { z } from 'zod'
import { InstrumentId, Name } from './primitives.ts'

/**
 * What a model says of an instrument: a factor from 0 to 1, null while it cannot say. A strategy may read it in `veto:` and
 * `scale:` only, so that exposure can shrink and never grow.
 */
export const MlSignal = z.object({
  model: Name,
  instrument: InstrumentId,
  score: z.number().min(0).max(1).nullable(),
})

import { z } from 'zod'
import { VenueConfig } from '#services/venue/service.ts'

const { slippage } = VenueConfig.shape

/** `none`, `ticks:2`, `bps:1.5`, `volume-share`, `book-walk`, as the venue's settings have it. */
export const SlippageFlag = z.string().transform((text, context) => {
  const [kind = '', amount] = text.split(':')
  const model = { kind, ...(amount === undefined ? {} : { [kind]: Number(amount) }) }
  const parsed = slippage.safeParse(model)
  if (parsed.success) return parsed.data
  context.addIssue({ code: 'custom', message: 'expected none, ticks:2, bps:1.5, volume-share or book-walk' })
  return z.NEVER
})

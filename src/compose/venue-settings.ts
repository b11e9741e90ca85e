import { z } from 'zod'
import { UserError } from '#lib/terminal/user-error.ts'
import { RealVenueConfig } from '#services/venue/adapters/gateway/real-venue-config.ts'
import { VenueConfig } from '#services/venue/service.ts'

const Simulated = VenueConfig.omit({ currency: true, currencies: true }).extend({
  kind: z.literal('simulated').default('simulated'),
})

/** Where orders go: to the simulated exchange, which needs no `kind`, or to a real one. */
export const VenueSettings = z.discriminatedUnion('kind', [Simulated, RealVenueConfig])
export type VenueSettings = z.infer<typeof VenueSettings>

/** The settings of the simulated exchange. Throws a UserError where orders go to a real one. */
export function simulatedVenue(venue: VenueSettings): Omit<VenueConfig, 'currency' | 'currencies'> {
  if (venue.kind !== 'simulated')
    throw new UserError(`orders go to a real venue, ${venue.kind}: that is only for trader up`, {
      hint: 'give it a topology with the simulated one, like venue: { fill: touch }',
    })
  const { kind: _, ...settings } = venue
  return settings
}

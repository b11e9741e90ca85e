import { type AnyService, anyService } from '#lib/kernel/service.ts'
import { clock } from '#services/clock/service.ts'
import { indicators } from '#services/indicators/service.ts'
import { md } from '#services/md/service.ts'
import { orders } from '#services/orders/service.ts'
import { pnl } from '#services/pnl/service.ts'
import { resolver } from '#services/resolver/service.ts'
import { risk } from '#services/risk/service.ts'
import { strategy } from '#services/strategy/service.ts'
import { venue } from '#services/venue/service.ts'

/** Every pure service, in rank order. */
export const everyService: readonly AnyService[] = [
  anyService(md),
  anyService(venue),
  anyService(orders),
  anyService(pnl),
  anyService(clock),
  anyService(indicators),
  anyService(strategy),
  anyService(resolver),
  anyService(risk),
]

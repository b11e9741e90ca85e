import { ServiceCommand } from '#compose/service-command.ts'
import { anyService } from '#lib/kernel/service.ts'
import { venue } from '#services/venue/service.ts'

export default class Venue extends ServiceCommand {
  static override summary = 'Simulate the exchange: accept, fill, reject and expire orders against the market'
  protected override readonly service = anyService(venue)
}

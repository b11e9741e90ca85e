import { ServiceCommand } from '#compose/service-command.ts'
import { anyService } from '#lib/kernel/service.ts'
import { indicators } from '#services/indicators/service.ts'

export default class Indicators extends ServiceCommand {
  static override summary = 'Compute the indicators that strategies ask for'
  protected override readonly service = anyService(indicators)
}

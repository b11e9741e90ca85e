import { ServiceCommand } from '#compose/service-command.ts'
import { anyService } from '#lib/kernel/service.ts'
import { strategy } from '#services/strategy/service.ts'

export default class Strategy extends ServiceCommand {
  static override summary = 'Run strategies: intents from bars and indicators'
  static override description =
    'A strategy file that changes is loaded at once; one with a mistake is told, and what ran before runs on.'
  protected override readonly service = anyService(strategy)
}

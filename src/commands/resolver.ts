import { ServiceCommand } from '#compose/service-command.ts'
import { anyService } from '#lib/kernel/service.ts'
import { resolver } from '#services/resolver/service.ts'

export default class Resolver extends ServiceCommand {
  static override summary = 'Turn intents into instruments: the mapped one, or an option of the chain'
  protected override readonly service = anyService(resolver)
}

import { ServiceCommand } from '#compose/service-command.ts'
import { anyService } from '#lib/kernel/service.ts'
import { orders } from '#services/orders/service.ts'

export default class Orders extends ServiceCommand {
  static override summary = 'Turn approvals into orders, each once, and follow each to its end'
  protected override readonly service = anyService(orders)
  protected override readonly shownBy = 'trader orders list'
}

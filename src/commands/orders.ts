import { ServiceCommand } from '#compose/service-command.ts'

export default class Orders extends ServiceCommand {
  static override summary = 'Turn approvals into orders, each once, and follow each to its end'
  protected override readonly service = 'orders'
}

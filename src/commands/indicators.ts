import { ServiceCommand } from '#compose/service-command.ts'

export default class Indicators extends ServiceCommand {
  static override summary = 'Compute the indicators that strategies ask for'
  protected override readonly service = 'indicators'
}

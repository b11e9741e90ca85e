import { ServiceCommand } from '#compose/service-command.ts'
import { anyService } from '#lib/kernel/service.ts'
import { pnl } from '#services/pnl/service.ts'

export default class Pnl extends ServiceCommand {
  static override summary = 'Book fills: positions, fees, profit and loss'
  protected override readonly service = anyService(pnl)
  protected override readonly shownBy = 'trader pnl show'
}

import { ServiceCommand } from '#compose/service-command.ts'

export default class Pnl extends ServiceCommand {
  static override summary = 'Book fills: positions, fees, profit and loss'
  protected override readonly service = 'pnl'
  protected override readonly reloads = true
}

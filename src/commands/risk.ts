import { ServiceCommand } from '#compose/service-command.ts'

export default class Risk extends ServiceCommand {
  static override summary = 'Approve, reject and halt: the gate that every order passes'
  protected override readonly service = 'risk'
}

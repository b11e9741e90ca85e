import { ServiceCommand } from '#compose/service-command.ts'
import { anyService } from '#lib/kernel/service.ts'
import { risk } from '#services/risk/service.ts'

export default class Risk extends ServiceCommand {
  static override summary = 'Approve, reject and halt: the gate that every order passes'
  static override description =
    'Limits of the topology file that change take effect at once, as an event; a file with a fault changes nothing.'
  protected override readonly service = anyService(risk)
}

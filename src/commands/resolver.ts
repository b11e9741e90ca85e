import { ServiceCommand } from '#compose/service-command.ts'

export default class Resolver extends ServiceCommand {
  static override summary = 'Turn intents into instruments: the mapped one, or an option of the chain'
  protected override readonly service = 'resolver'
}

import { Flags } from '@oclif/core'
import { issueRouterCertificate } from '#compose/tls-keys.ts'
import { TraderCommand } from '#lib/terminal/command.ts'

export default class KeysIssue extends TraderCommand {
  static override summary = "Issue the router's certificate under the names that clients use"
  static override description = 'Replaces the last one; the router takes it with its next start.'
  static override examples = [
    '<%= config.bin %> keys issue --host trader.example.com',
    '<%= config.bin %> keys issue --host trader.lan --host 10.0.0.5',
  ]
  static override enableJsonFlag = true
  static override flags = {
    keys: Flags.string({ description: 'Folder of the keys', default: 'keys' }),
    host: Flags.string({
      description: 'A name or an address of the router',
      multiple: true,
      multipleNonGreedy: true,
      required: true,
    }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(KeysIssue)
    const files = issueRouterCertificate(flags.keys, flags.host)
    this.log(files.certificate)
    this.say(`valid until ${files.expires}, for ${flags.host.join(', ')} and this machine`)
    return files
  }
}

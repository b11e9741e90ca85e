import { Flags } from '@oclif/core'
import { makeCa } from '#compose/tls-keys.ts'
import { TraderCommand } from '#lib/terminal/command.ts'

export default class KeysCa extends TraderCommand {
  static override summary = 'Make the CA that vouches for a router beyond this machine'
  static override description =
    'Clients get ca.pem, and trust it alone. ca.key is for issuing; keep it away from where the router runs.'
  static override examples = ['<%= config.bin %> keys ca']
  static override enableJsonFlag = true
  static override flags = { keys: Flags.string({ description: 'Folder of the keys', default: 'keys' }) }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(KeysCa)
    const files = makeCa(flags.keys)
    this.log(files.certificate)
    this.say(`valid until ${files.expires}; next: trader keys issue --host NAME`)
    return files
  }
}

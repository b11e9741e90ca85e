import { Flags } from '@oclif/core'
import { initKeys } from '#compose/tree-keys.ts'
import { TraderCommand } from '#lib/terminal/command.ts'

export default class KeysInit extends TraderCommand {
  static override summary = "Make the keys that are missing: a secret for each identity, and risk's seal"
  static override description =
    'A secret is 32 random bytes, for its owner alone (mode 0600). It is proved and never sent; a process reads its own from the folder. What is there is kept.'
  static override examples = ['<%= config.bin %> keys init', '<%= config.bin %> keys init --keys secrets --json']
  static override enableJsonFlag = true
  static override flags = { keys: Flags.string({ description: 'Folder of the keys', default: 'keys' }) }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(KeysInit)
    const made = initKeys(flags.keys)
    for (const file of made) this.log(file)
    this.say(made.length === 0 ? `${flags.keys}: nothing is missing` : `${flags.keys}: made ${made.length}`)
    return { keys: flags.keys, made }
  }
}

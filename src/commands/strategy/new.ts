import { existsSync, writeFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { shippedStrategies, shippedStrategyText, strategySchemaFile } from '#compose/shipped-strategies.ts'
import { starterText } from '#lib/strategy/starter-text.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { nearestWords } from '#lib/terminal/nearest-words.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { Name } from '#schemas/primitives.ts'

export default class StrategyNew extends TraderCommand {
  static override summary = 'Write a strategy file to start from'
  static override description =
    'A small one with every line explained, or a copy of one that ships with trader under another name. Never overwrites a file. Editors that know yaml-language-server complete it.'
  static override examples = [
    '<%= config.bin %> strategy new my-cross',
    '<%= config.bin %> strategy new my-pairs --from pairs-reversion --to strategies/my-pairs.yaml',
  ]
  static override enableJsonFlag = true
  static override args = { name: Args.string({ required: true, description: 'Its name, like ema-cross' }) }
  static override flags = {
    from: Flags.string({ helpValue: 'NAME', description: 'One of the strategies that ship with trader' }),
    to: Flags.string({ helpValue: 'FILE', description: 'The file to write; NAME.yaml where nothing is said' }),
  }

  async run(): Promise<{ file: string; name: string }> {
    const { args, flags } = await this.parse(StrategyNew)
    if (!Name.safeParse(args.name).success) throw new UserError(`${args.name} is no lower-case name like ema-cross`)
    const file = flags.to ?? `${args.name}.yaml`
    if (existsSync(file)) throw new UserError('there is a file already', { file })
    const text = flags.from === undefined ? starterText(args.name) : shippedText(flags.from, args.name)
    const schema = strategySchemaFile()
    const line = schema === null ? '' : `# yaml-language-server: $schema=${relative(dirname(file), schema)}\n`
    try {
      writeFileSync(file, text.replace(/^# yaml-language-server: .*\n/m, line), { flag: 'wx' })
    } catch (error) {
      throw new UserError(`cannot be written: ${(error as NodeJS.ErrnoException).code}`, { file })
    }
    this.log(`${file}: written; see: trader strategy check ${file}`)
    return { file, name: args.name }
  }
}

function shippedText(from: string, name: string): string {
  const known = shippedStrategies()
  if (!known.includes(from)) {
    const [nearest] = nearestWords(from, known)
    throw new UserError(`no strategy ${from} ships with trader`, {
      hint: nearest ? `did you mean ${nearest}?` : known.join(', '),
    })
  }
  return shippedStrategyText(from).replace(/^name: .*$/m, `name: ${name}`)
}

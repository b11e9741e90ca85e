import { Args } from '@oclif/core'
import { describeIndicator } from '#lib/indicators/describe-indicator.ts'
import { findIndicator, indicatorNames } from '#lib/indicators/indicator-catalogue.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { nearestWords } from '#lib/terminal/nearest-words.ts'
import { formatTable } from '#lib/terminal/table.ts'
import { UserError } from '#lib/terminal/user-error.ts'

export default class IndicatorsDescribe extends TraderCommand {
  static override summary =
    'Say all of one indicator: parameters with ranges, outputs with warm-up, formula and its source'
  static override examples = ['<%= config.bin %> indicators describe macd']
  static override enableJsonFlag = true
  static override args = { name: Args.string({ required: true, description: 'A name; indicators list has them all' }) }

  async run(): Promise<unknown> {
    const { name } = (await this.parse(IndicatorsDescribe)).args
    const indicator = findIndicator(name)
    if (!indicator) {
      const near = nearestWords(name, indicatorNames)
      const hint = near.length > 0 ? `did you mean: ${near.join(', ')}` : 'trader indicators list names them'
      throw new UserError(`there is no indicator ${JSON.stringify(name)}`, { hint })
    }
    const facts = describeIndicator(indicator)
    this.log(`${facts.signature}: ${facts.title}\n${facts.source}\n`)
    if (facts.params.length > 0) {
      const heads = [{ head: 'parameter' }, { head: 'from' }, { head: 'to' }, { head: 'default' }]
      const rows = facts.params.map(({ name: param, from, to, default: preset, choices }) => [
        param,
        choices ? Object.keys(choices).join(' ') : from,
        choices ? '' : to,
        preset ?? 'none: has to be given',
      ])
      this.log(`${formatTable(heads, rows)}\n`)
    }
    const outputs = facts.outputs.map(({ name: output, warmUpBars }) => [output, warmUpBars])
    this.log(formatTable([{ head: 'output' }, { head: `bars before its first value, ${facts.example}` }], outputs))
    this.log(`\nreads: ${facts.reads.join(', ')}\npublished as: ${facts.topic}\ncost of a bar: ${facts.cost}`)
    if (facts.undefinedWhen !== null) this.log(`undefined after the warm-up when: ${facts.undefinedWhen}`)
    return facts
  }
}

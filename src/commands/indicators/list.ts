import { describeIndicator } from '#lib/indicators/describe-indicator.ts'
import { indicatorCatalogue } from '#lib/indicators/indicator-catalogue.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { formatTable } from '#lib/terminal/table.ts'

export default class IndicatorsList extends TraderCommand {
  static override summary = 'List every indicator: how it is written, what it says, what it reads'
  static override examples = ['<%= config.bin %> indicators list', '<%= config.bin %> indicators list --json']
  static override enableJsonFlag = true

  async run(): Promise<unknown> {
    await this.parse(IndicatorsList)
    const all = Object.values(indicatorCatalogue).map(describeIndicator)
    const heads = [{ head: 'indicator' }, { head: 'what it is' }, { head: 'outputs' }, { head: 'reads' }]
    const rows = all.map(({ signature, title, outputs, reads }) => [
      signature,
      title,
      outputs.map(({ name }) => name).join(' '),
      reads.join(' '),
    ])
    this.log(formatTable(heads, rows))
    return all
  }
}

import { TraderCommand } from '#lib/terminal/command.ts'
import { formatTable } from '#lib/terminal/table.ts'
import { catalogue, topics } from '#schemas/catalogue.ts'

export default class SchemaList extends TraderCommand {
  static override summary = 'List every topic: version, writer, durability, whether it is signed'
  static override examples = ['<%= config.bin %> schema list', '<%= config.bin %> schema list --json']
  static override enableJsonFlag = true

  async run(): Promise<unknown> {
    await this.parse(SchemaList)
    const all = topics.map((topic) => {
      const { v, writer, durability, isSigned } = { isSigned: false, ...catalogue[topic] }
      return { topic, version: v, writer, durability, isSigned }
    })
    const heads = [
      { head: 'topic' },
      { head: 'version', align: 'right' as const },
      { head: 'writer' },
      { head: 'durability' },
      { head: 'signed' },
    ]
    const rows = all.map(({ topic, version, writer, durability, isSigned }) => [
      topic,
      version,
      writer,
      durability,
      isSigned ? 'yes' : 'no',
    ])
    this.log(formatTable(heads, rows))
    return all
  }
}

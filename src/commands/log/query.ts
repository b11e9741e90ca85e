import { Args, Flags } from '@oclif/core'
import { removedOf } from '#lib/journal/kept-events.ts'
import { logFolder } from '#lib/journal/log-folder.ts'
import { refuseEmptyRange, refuseUnknownTopics } from '#lib/journal/refuse-empty-wish.ts'
import { openSqlLog } from '#lib/journal/sql-log.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { formatTable } from '#lib/terminal/table.ts'

export default class LogQuery extends TraderCommand {
  static override summary = 'Run SQL over a log, with DuckDB'
  static override description =
    'The view is events: seq, id, topic, v, at (microseconds UTC), time, source, cause, payload (JSON). A table on a terminal, JSON lines elsewhere. DuckDB is not installed with trader; without it the command says how to get it.'
  static override examples = [
    '<%= config.bin %> log query "select topic, count(*) from events group by all"',
    `<%= config.bin %> log query --run paper --topic order.fill "select time, payload->>'price' as price from events"`,
  ]
  static override enableJsonFlag = true
  static override args = { sql: Args.string({ required: true, description: 'A query' }) }
  static override flags = {
    run: Flags.string({ description: 'Name of the run', default: 'live' }),
    folder: Flags.string({ description: 'Folder of the log, instead of a run' }),
    topic: Flags.string({
      description: 'Only these: topic (md.bar), namespace (md) or pattern (*.rejected)',
      multiple: true,
      multipleNonGreedy: true,
    }),
    from: Flags.integer({ description: 'First seq', min: 1 }),
    to: Flags.integer({ description: 'Last seq', min: 1 }),
  }

  async run(): Promise<unknown> {
    const { flags, args } = await this.parse(LogQuery)
    const { from, to, topic: topics } = flags
    refuseUnknownTopics(topics)
    refuseEmptyRange(from, to)
    const folder = logFolder(flags)
    const removed = removedOf(folder, { from, topics })
    if (removed !== null) this.say(removed)
    const log = await openSqlLog(folder, { from, to, topics })
    try {
      const { columns, rows } = await log.query(args.sql)
      if (process.stdout.isTTY === true)
        this.log(
          formatTable(
            columns.map((head) => ({ head })),
            rows.map((row) => columns.map((column) => cell(row[column]))),
          ),
        )
      else for (const row of rows) this.log(JSON.stringify(row))
      return { columns, rows }
    } finally {
      log.close()
    }
  }
}

const cell = (value: unknown): string | number =>
  typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value ?? null)

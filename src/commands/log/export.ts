import { existsSync } from 'node:fs'
import { Flags } from '@oclif/core'
import { removedOf } from '#lib/journal/kept-events.ts'
import { logFolder } from '#lib/journal/log-folder.ts'
import { refuseEmptyRange, refuseUnknownTopics } from '#lib/journal/refuse-empty-wish.ts'
import { openSqlLog } from '#lib/journal/sql-log.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { UserError } from '#lib/terminal/user-error.ts'

export default class LogExport extends TraderCommand {
  static override summary = 'Write the events of a log to a Parquet file, with DuckDB'
  static override description =
    'Columns: seq, id, topic, v, at (microseconds UTC), time, source, cause, payload (JSON). For JSON lines: trader log read.'
  static override examples = ['<%= config.bin %> log export --parquet fills.parquet --topic order.fill']
  static override enableJsonFlag = true
  static override flags = {
    run: Flags.string({ description: 'Name of the run', default: 'live' }),
    folder: Flags.string({ description: 'Folder of the log, instead of a run' }),
    parquet: Flags.string({ description: 'The file to write; it may not exist', required: true }),
    topic: Flags.string({
      description: 'Only these: topic (md.bar), namespace (md) or pattern (*.rejected)',
      multiple: true,
      multipleNonGreedy: true,
    }),
    from: Flags.integer({ description: 'First seq', min: 1 }),
    to: Flags.integer({ description: 'Last seq', min: 1 }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(LogExport)
    const { from, to, topic: topics, parquet: file } = flags
    refuseUnknownTopics(topics)
    refuseEmptyRange(from, to)
    if (existsSync(file)) throw new UserError('exists already', { file, hint: 'name another file, or remove it' })
    const folder = logFolder(flags)
    const removed = removedOf(folder, { from, topics })
    if (removed !== null) this.say(removed)
    const log = await openSqlLog(folder, { from, to, topics })
    try {
      await log.query(`copy events to '${file.replaceAll("'", "''")}' (format parquet, compression zstd)`)
      const { rows } = await log.query('select count(*) as events from events')
      const events = Number(rows[0]?.events)
      this.say(`${events} events in ${file}`)
      return { file, events }
    } finally {
      log.close()
    }
  }
}

import { Flags } from '@oclif/core'
import { logFolder } from '#lib/journal/log-folder.ts'
import { atIn, topicIn } from '#lib/journal/log-line.ts'
import { readRawLog } from '#lib/journal/read-log.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { formatTable } from '#lib/terminal/table.ts'

type TopicStat = { topic: string; events: number; bytes: number; firstAt: number; lastAt: number }

export default class LogStat extends TraderCommand {
  static override summary = 'Show what a log holds: events, bytes and times by topic'
  static override examples = ['<%= config.bin %> log stat', '<%= config.bin %> log stat --run live --json']
  static override enableJsonFlag = true
  static override flags = {
    run: Flags.string({ description: 'Name of the run', default: 'live' }),
    folder: Flags.string({ description: 'Folder of the log, instead of a run' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(LogStat)
    const folder = logFolder(flags)
    const stats = new Map<string, TopicStat>()
    let head = 0
    for (const { seq, line } of readRawLog(folder, { isKeptEnough: true })) {
      const topic = topicIn(line)
      const at = atIn(line)
      const stat = stats.get(topic) ?? { topic, events: 0, bytes: 0, firstAt: at, lastAt: at }
      stats.set(topic, stat)
      stat.events++
      stat.bytes += Buffer.byteLength(line) + 1
      stat.firstAt = Math.min(stat.firstAt, at)
      stat.lastAt = Math.max(stat.lastAt, at)
      head = Math.max(head, seq)
    }
    const topics = [...stats.values()].sort((a, b) => (a.topic < b.topic ? -1 : 1))
    const heads = [{ head: 'topic' }, ...['events', 'bytes'].map(right), { head: 'first' }, { head: 'last' }]
    const rows = topics.map(({ topic, events, bytes, firstAt, lastAt }) => [
      topic,
      events,
      bytes,
      iso(firstAt),
      iso(lastAt),
    ])
    this.log(formatTable(heads, rows))
    this.log(`head ${head}`)
    return { folder, head, topics }
  }
}

const right = (head: string) => ({ head, align: 'right' as const })
const iso = (micros: number): string => new Date(Math.floor(micros / 1_000)).toISOString()

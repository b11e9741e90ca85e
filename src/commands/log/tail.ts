import { setTimeout as sleep } from 'node:timers/promises'
import { Flags } from '@oclif/core'
import { eventSummary } from '#lib/journal/event-summary.ts'
import { newestKept } from '#lib/journal/kept-events.ts'
import { logFolder } from '#lib/journal/log-folder.ts'
import { newestSeq } from '#lib/journal/newest-seq.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { refuseUnknownTopics } from '#lib/journal/refuse-empty-wish.ts'
import { TraderCommand } from '#lib/terminal/command.ts'

const pollMs = 200

export default class LogTail extends TraderCommand {
  static override summary = 'Print the newest events of a log'
  static override description =
    'For people on a terminal, JSON lines elsewhere or with --json. Reads the files; a log process may be writing them.'
  static override examples = ['<%= config.bin %> log tail --follow', '<%= config.bin %> log tail -n 100 --topic order']
  static override enableJsonFlag = true
  static override flags = {
    run: Flags.string({ description: 'Name of the run', default: 'live' }),
    folder: Flags.string({ description: 'Folder of the log, instead of a run' }),
    number: Flags.integer({ char: 'n', description: 'How many of the newest events', default: 20, min: 0 }),
    follow: Flags.boolean({ char: 'f', description: 'Go on with what is appended, until stopped' }),
    topic: Flags.string({
      description: 'Topic (md.bar), namespace (md) or pattern (*.rejected); may be repeated',
      multiple: true,
      multipleNonGreedy: true,
    }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(LogTail)
    const { topic: topics, number } = flags
    refuseUnknownTopics(topics)
    const folder = logFolder(flags)
    const isForPeople = process.stdout.isTTY === true && !this.jsonEnabled()
    const print = (content: string) =>
      process.stdout.write(`${isForPeople ? eventSummary(content, process.stdout.columns) : content}\n`)
    let head = newestSeq(folder)
    for (const content of newestKept(folder, { number, head, topics })) print(content)
    while (flags.follow) {
      await sleep(pollMs)
      const to = newestSeq(folder)
      if (to <= head) continue
      for (const { content } of readLog(folder, { from: head + 1, to, topics, acknowledged: to })) print(content)
      head = to
    }
  }

  protected override logJson(json: unknown): void {
    process.stdout.write(`${JSON.stringify(json)}\n`)
  }
}

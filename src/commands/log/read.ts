import { Flags } from '@oclif/core'
import { removedOf } from '#lib/journal/kept-events.ts'
import { logFolder } from '#lib/journal/log-folder.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { refuseEmptyRange, refuseUnknownTopics } from '#lib/journal/refuse-empty-wish.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { utcInstant } from '#services/md/adapters/utc-instant.ts'

export default class LogRead extends TraderCommand {
  static override summary = 'Print the events of a log, one JSON object a line'
  static override description =
    'Also with --json. Checks every line; ends with 2 and the place of the damage when one is not what was written.'
  static override examples = [
    '<%= config.bin %> log read --topic order.fill',
    '<%= config.bin %> log read --run 20261124-spy --from 100 --to 200',
  ]
  static override enableJsonFlag = true
  static override flags = {
    run: Flags.string({ description: 'Name of the run', default: 'live' }),
    folder: Flags.string({ description: 'Folder of the log, instead of a run' }),
    from: Flags.integer({ description: 'First seq', default: 1, min: 1 }),
    to: Flags.integer({ description: 'Last seq', min: 1 }),
    topic: Flags.string({
      description: 'Topic (md.bar), namespace (md) or pattern (*.rejected); may be repeated',
      multiple: true,
      multipleNonGreedy: true,
    }),
    since: Flags.string({ description: 'First event time, UTC, like 2026-11-24 or 2026-11-24T12:30:00Z' }),
    until: Flags.string({ description: 'Event time to stop in front of' }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(LogRead)
    const since = flags.since === undefined ? undefined : utcInstant(flags.since, 'since')
    const until = flags.until === undefined ? undefined : utcInstant(flags.until, 'until')
    const { from, to, topic: topics } = flags
    refuseUnknownTopics(topics)
    refuseEmptyRange(from, to)
    if (since !== undefined && until !== undefined && since >= until)
      throw new UserError(`--since ${flags.since} is not before --until ${flags.until}: nothing lies between them`)
    const folder = logFolder(flags)
    const removed = removedOf(folder, { from, topics, since })
    if (removed !== null) this.say(removed)
    let chunk: string[] = []
    for (const { content } of readLog(folder, { from, to, topics, since, until, isKeptEnough: true })) {
      chunk.push(content)
      if (chunk.length < 1_000) continue
      await print(chunk)
      chunk = []
    }
    await print(chunk)
  }

  protected override logJson(json: unknown): void {
    process.stdout.write(`${JSON.stringify(json)}\n`)
  }
}

const print = (lines: readonly string[]): Promise<void> =>
  new Promise((resolve) => {
    if (lines.length === 0) resolve()
    else process.stdout.write(`${lines.join('\n')}\n`, () => resolve())
  })

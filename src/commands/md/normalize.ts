import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { Flags } from '@oclif/core'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'
import { startProgress } from '#lib/terminal/progress.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { eventText } from '#services/md/adapters/data-set-log.ts'
import { normalizeRecording, surveyRecording } from '#services/md/adapters/normalize/normalize-recording.ts'
import { countingReport, nothingLeftOut } from '#services/md/adapters/read-report.ts'
import { venueNamed, venueNames } from '#services/md/adapters/venues.ts'

const batch = 2_000

export default class MdNormalize extends TraderCommand {
  static override summary = 'Turn recorded raw frames into canonical events, without a running system'
  static override description =
    'Reads what went over the wire: lines of `<receipt time in ns> <frame>`, captures in JSON (`{"t":"recv","ts":…,"data":…}`, as `trader md record --raw` writes), captures in text (`<time>: <frame>`), or a frame a line; gzip too. Writes events as JSON lines, in order of time: listings first, then trades, quotes, order books (a snapshot, then the updates that follow it by the sequence numbers of the exchange), bars, option ticks, funding, gaps, and a status for every frame that was refused. It reads frames of Binance (spot, USD-M, COIN-M, Binance.US), Deribit and Independent Reserve, and of every exchange that ccxt listens to what ccxt told (as `trader md record --raw` keeps it); what was captured from other exchanges themselves is refused. The exit code is 1 when nothing of the market could be read, or the file is cut or damaged.'
  static override examples = [
    '<%= config.bin %> md normalize --venue binance-usdm --in btcusdt_20240808.gz --out events.jsonl',
    '<%= config.bin %> md normalize --venue deribit --in DERIBIT.jsonl.gz --out - | jq .topic | sort | uniq -c',
    '<%= config.bin %> md normalize --venue binance --in day1.gz --in day2.gz --out events.jsonl',
  ]
  static override enableJsonFlag = true
  static override flags = {
    venue: Flags.string({
      required: true,
      description: `Whose frames they are: ${venueNames}`,
    }),
    in: Flags.string({
      required: true,
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'FILE',
      description: 'The recording; more than one are read together',
    }),
    out: Flags.string({ required: true, helpValue: 'FILE', description: 'Where the events go; - is stdout' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(MdNormalize)
    const { venue, market } = venueNamed(flags.venue)
    const recording = { venue, market, files: flags.in }
    const checking = startProgress({ label: 'survey   ', unit: 'facts' })
    const survey = surveyRecording(recording, {}, checking.update)
    checking.finish()
    const leftOut = nothingLeftOut()
    const facts = normalizeRecording(recording, survey, {
      feed: venue.name,
      keepsPartialBars: true,
      report: countingReport(leftOut, true),
      isStrict: false,
    })

    const out = flags.out === '-' ? process.stdout : createWriteStream(flags.out)
    const failed = new Promise<never>((_, reject) => out.once('error', reject))
    failed.catch(() => undefined)
    const progress = startProgress({ label: 'normalize', unit: 'events', total: survey.listings.length + survey.facts })
    const topics: { [topic: string]: number } = {}
    let seq = 0
    let lines: string[] = []
    const flush = async () => {
      if (lines.length === 0) return
      const isFull = !out.write(lines.join(''))
      lines = []
      progress.update(seq)
      if (isFull) await Promise.race([once(out, 'drain'), failed])
    }
    try {
      for (const list of [survey.listings, facts]) {
        for (const fact of list) {
          topics[fact.topic] = (topics[fact.topic] ?? 0) + 1
          lines.push(`${eventText(fact, ++seq)}}\n`)
          if (lines.length === batch) await flush()
        }
      }
      await flush()
      if (out !== process.stdout) await Promise.race([ended(out), failed])
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === undefined || code === 'EPIPE') throw error
      throw new UserError(`cannot be written: ${code}`, { file: flags.out })
    }
    progress.finish()
    for (const line of leftOut.firstBadLines) this.say(`left out: ${line}`)
    for (const line of leftOut.lost) this.say(`lost: ${line}`)
    for (const [reason, count] of Object.entries(leftOut.rows)) this.say(`${count} left out: ${reason}`)
    if (flags.out !== '-')
      this.say(
        `${seq} events: ${Object.entries(topics)
          .map(([topic, count]) => `${count} ${topic}`)
          .join(', ')}`,
      )
    const told = Object.keys(topics).filter((topic) => topic !== 'md.status' && topic !== 'md.instrument')
    const unread = leftOut.badLines + Object.values(leftOut.rows).reduce((sum, count) => sum + count, 0)
    if (told.length === 0)
      this.say(
        unread > 0
          ? `nothing of the market could be read: are these frames of ${flags.venue}?`
          : 'nothing of the market is in it',
      )
    if (told.length === 0 || leftOut.lost.length > 0) process.exitCode = exitCode.failed
    return { out: flags.out, venue: venue.name, market: survey.market, events: seq, topics, leftOut }
  }
}

/** Its callback is told of a failure, too. */
const ended = (out: Writable): Promise<void> =>
  new Promise((resolve, reject) => out.end((error?: Error | null) => (error ? reject(error) : resolve())))

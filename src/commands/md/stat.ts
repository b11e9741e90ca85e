import { Args } from '@oclif/core'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'
import { formatTable } from '#lib/terminal/table.ts'
import { lookThrough, sparkline } from '#services/md/adapters/coverage.ts'
import { readManifest } from '#services/md/adapters/data-set-manifest.ts'
import { summaryLines } from '#services/md/adapters/data-set-summary.ts'
import { isoMicros } from '#services/md/adapters/read-lines.ts'

const parts = 40
const rowsShown = 30

export default class MdStat extends TraderCommand {
  static override summary = 'Show what a data set holds: instruments, counts, times and coverage'
  static override description =
    'Reads every event and checks the contents against their hash; the exit code is 1 when they differ.'
  static override examples = ['<%= config.bin %> md stat data/spy']
  static override enableJsonFlag = true
  static override args = { dir: Args.string({ required: true, description: 'Folder of a data set' }) }

  async run(): Promise<unknown> {
    const { args } = await this.parse(MdStat)
    const manifest = readManifest(args.dir)
    const { coverage, contentHash } = lookThrough(args.dir, manifest, parts)
    const isIntact = contentHash === manifest.contentHash
    for (const line of summaryLines(manifest)) this.log(line)
    const rows = manifest.instruments
      .slice(0, rowsShown)
      .map(({ instrument, events, firstAt, lastAt }, i) => [
        instrument,
        events,
        isoMicros(firstAt).slice(0, 19),
        isoMicros(lastAt).slice(0, 19),
        sparkline(coverage[i]?.counts ?? []),
      ])
    const heads = [
      { head: 'instrument' },
      { head: 'events', align: 'right' as const },
      { head: 'first' },
      { head: 'last' },
      { head: 'coverage' },
    ]
    this.log(formatTable(heads, rows))
    const more = manifest.instruments.length - rowsShown
    if (more > 0) this.log(`and ${more.toLocaleString('en-US')} instruments more`)
    if (!isIntact) {
      this.say(`the events are not those that were written: their sha256 is ${contentHash}`)
      process.exitCode = exitCode.failed
    }
    return { dir: args.dir, ...manifest, isIntact, coverage }
  }
}

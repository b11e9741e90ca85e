import { Flags } from '@oclif/core'
import { TraderCommand } from '#lib/terminal/command.ts'
import { startProgress } from '#lib/terminal/progress.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { summaryLines } from '#services/md/adapters/data-set-summary.ts'
import { type Generation, generateMarketData } from '#services/md/adapters/generate-market-data.ts'
import { utcInstant } from '#services/md/adapters/utc-instant.ts'

export default class MdGenerate extends TraderCommand {
  static override summary = 'Make a data set of the built-in, seeded market: bars, or ticks with an option chain'
  static override description =
    'The same seed makes the same data set on every machine. It is labelled simulated wherever it shows. The share is ACME.SIM, its market never closes.'
  static override examples = [
    '<%= config.bin %> md generate --seed 7 --bars 1000000 --interval 1m --to data/seeded',
    '<%= config.bin %> md generate --seed 7 --ticks 100000 --rate 10 --to data/seeded-ticks',
  ]
  static override enableJsonFlag = true
  static override flags = {
    seed: Flags.integer({ default: 1, min: 0, max: Number.MAX_SAFE_INTEGER, description: 'Any whole number' }),
    to: Flags.string({ required: true, helpValue: 'DIR', description: 'Folder of the data set, new or interrupted' }),
    bars: Flags.integer({ min: 1, exclusive: ['ticks'], description: 'How many bars' }),
    interval: Flags.string({ default: '1m', description: 'Width of the bars' }),
    ticks: Flags.integer({ min: 1, description: 'How many quotes and trades, of the share and of its options' }),
    rate: Flags.string({ default: '10', description: 'Ticks a second on average' }),
    start: Flags.string({ default: '2020-01-01', description: 'Day or time (UTC) of the first bar or tick' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(MdGenerate)
    const { bars, ticks } = flags
    if (bars === undefined && ticks === undefined)
      throw new UserError('how much?', { hint: 'say it with --bars N or --ticks N' })
    const from = { seed: flags.seed, startAt: utcInstant(flags.start, 'start') }
    const asked: Generation =
      bars === undefined
        ? { ...from, kind: 'ticks', ticks: ticks as number, eventsPerSecond: Number(flags.rate) }
        : { ...from, kind: 'bars', bars, interval: flags.interval }
    const progress = startProgress({ label: 'generate', unit: 'events', total: bars ?? ticks })
    const { manifest, how } = generateMarketData(flags.to, asked, progress.update)
    progress.finish()
    if (how === 'unchanged') this.say('nothing to do: this data set is already here')
    for (const line of summaryLines(manifest)) this.log(line)
    const { origin, ...rest } = manifest
    return { dir: flags.to, how, ...rest }
  }
}

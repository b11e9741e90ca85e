import { Args, Flags } from '@oclif/core'
import { computeCases } from '#compose/indicator-cases.ts'
import { seriesOf } from '#compose/series-file.ts'
import { readCsvTable } from '#lib/files/csv-table.ts'
import { writeWholeFile } from '#lib/files/write-whole-file.ts'
import { barOf, readsOf } from '#lib/indicators/bar-input.ts'
import { computeSeries } from '#lib/indicators/compute-series.ts'
import { readRequest } from '#lib/indicators/read-request.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'
import { startProgress } from '#lib/terminal/progress.ts'
import { UserError } from '#lib/terminal/user-error.ts'

export default class IndicatorsCompute extends TraderCommand {
  static override summary = 'Compute an indicator over the bars of a CSV, or all columns that a manifest names'
  static override description =
    'A series is a CSV with a header: of open, high, low, close, volume those that the indicator reads (trader indicators describe NAME), and time or session. The formulas are those that strategies use, bar by bar. Undefined values are empty cells. With --manifest, a case that cannot be computed is an empty column, with the reason on stderr and exit code 2.'
  static override examples = [
    '<%= config.bin %> indicators compute "ema(20)" --data spy.csv',
    '<%= config.bin %> indicators compute "rsi(14)@hl2" --data spy.csv',
    '<%= config.bin %> indicators compute macd --data spy.csv --out macd.csv',
    '<%= config.bin %> indicators compute --manifest manifest.json --series . --out computed',
  ]
  static override enableJsonFlag = true
  static override args = {
    name: Args.string({
      description: 'An indicator with its parameters, like "bollinger(20,2)"; defaults may be left out',
    }),
  }
  static override flags = {
    data: Flags.string({ helpValue: 'FILE', description: 'Bars, CSV, may be gzip' }),
    manifest: Flags.string({
      helpValue: 'FILE',
      exclusive: ['data'],
      dependsOn: ['series', 'out'],
      description: 'JSON: series by name, and cases of series, column, file, indicator, params, output',
    }),
    series: Flags.string({
      helpValue: 'DIR',
      dependsOn: ['manifest'],
      description: 'Where the series of the manifest are',
    }),
    out: Flags.string({ helpValue: 'PATH', description: 'CSV to write instead of stdout; with --manifest a folder' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(IndicatorsCompute)
    const { data, manifest, series, out } = flags
    if (manifest !== undefined) return this.#computeManifest(manifest, series as string, out as string)
    if (args.name === undefined || data === undefined)
      throw new UserError('which indicator, of which bars?', {
        hint: 'trader indicators compute NAME --data FILE, or --manifest FILE --series DIR --out DIR',
      })
    return this.#computeOne(args.name, data, out)
  }

  #computeManifest(manifest: string, series: string, out: string): unknown {
    const progress = startProgress({ label: 'compute', unit: 'columns' })
    const done = computeCases(manifest, series, out, { say: (line) => this.say(line), update: progress.update })
    progress.finish()
    if (done.failed > 0) process.exitCode = exitCode.usage
    this.say(`${done.cases} columns in ${done.files.length} files, ${done.failed} that could not be computed`)
    return done
  }

  #computeOne(name: string, data: string, out: string | undefined): unknown {
    const request = readRequest(name)
    if (!request.isValid) throw new UserError(request.message)
    const { bars, times } = seriesOf(readCsvTable(data), readsOf(request.indicator, request.input))
    const columns = computeSeries(
      request.indicator,
      request.params,
      bars.map((bar) => barOf(bar, request.input)),
    )
    const outputs = Object.keys(columns)
    const head = [times ? 'time' : 'i', ...outputs].join(',')
    const rows = bars.map((_, i) => [times?.[i] ?? i, ...outputs.map((output) => columns[output]?.[i] ?? '')].join(','))
    if (out === undefined) this.log([head, ...rows].join('\n'))
    else writeWholeFile(out, `${[head, ...rows].join('\n')}\n`)
    return { key: request.key, bars: bars.length, times, outputs: columns }
  }
}

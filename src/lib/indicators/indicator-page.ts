import { describeIndicator, type IndicatorFacts } from './describe-indicator.ts'
import { indicatorCatalogue } from './indicator-catalogue.ts'

/** docs/indicators.md: the whole catalogue as Markdown. */
export function indicatorPage(): string {
  const all = Object.values(indicatorCatalogue).map(describeIndicator)
  return `${[head, table(all), ...all.map(section)].join('\n\n')}\n`
}

const head = `# Indicators

Written by \`npm run export:schemas\` from \`src/lib/indicators/indicator-catalogue.ts\`; so are \`trader indicators list\` and \`describe\`.

- \`trader indicators compute "ema(20)" --data bars.csv\` computes one over a CSV, with the formulas that strategies use.
- Parameters stand in the order below; those with a default may be left out from the end. \`ema(20)\` is the key of its events.
- One that reads only closes can be computed of \`open high low volume hl2 hlc3 ohlc4\` as well: \`ema(20)@hl2\`; in a request of the service, as \`input\`.
  So it can of an output of another indicator of the same bars: \`ema(9)@rsi(14).value\` is the key of \`{ ema: [9], of: strength }\` in a strategy file; in a request, \`from\`. \`compute\` takes no such chain.
  Beside bars, the service computes of every trade and of every quote (interval \`trade\`, \`quote\`).
- A value is null through its warm-up, so many bars; then a finite double, except where *undefined when* says otherwise. No condition of a
  strategy is true on null.
- A bar costs O(1) (amortised where a window slides) unless *cost* says otherwise. Windows are never summed by subtraction: what has left one leaves no trace.
- State is plain JSON: a restart goes on bit by bit. Equal requests share one state.
- Where an oscillator divides 0 by 0 it is 0, as in TA-Lib: the RSI of a market that does not move is 0, and not 50.`

function table(all: readonly IndicatorFacts[]): string {
  const rows = all.map(
    ({ name, title, signature, reads }) =>
      `| [${name}](#${name}) | ${title} | \`${signature}\` | ${reads.join(', ')} |`,
  )
  return ['| name | is | written | reads |', '|---|---|---|---|', ...rows].join('\n')
}

function section({
  name,
  title,
  topic,
  params,
  outputs,
  example,
  undefinedWhen,
  cost,
  source,
}: IndicatorFacts): string {
  const lines = [
    `## ${name}`,
    '',
    `${title[0]?.toUpperCase()}${title.slice(1)}: ${source.replaceAll('*', '\\*')}.`,
    '',
    `- Outputs: ${outputs.map((output) => `\`${output.name}\` after ${output.warmUpBars} bars`).join(', ')} (\`${example}\`). Topic \`${topic}\`.`,
  ]
  if (params.length > 0) lines.push(`- Parameters: ${params.map(parameter).join('; ')}.`)
  if (undefinedWhen !== null) lines.push(`- Undefined when ${undefinedWhen}.`)
  if (cost !== 'O(1)') lines.push(`- Cost ${cost}.`)
  return lines.join('\n')
}

function parameter({ name, from, to, isWhole, default: preset, choices }: IndicatorFacts['params'][number]): string {
  const range = choices
    ? Object.keys(choices).join(' or ')
    : `${from} to ${to}${isWhole ? '' : ', may have a fraction'}`
  return `\`${name}\` ${range}, ${preset === null ? 'no default' : `default ${preset}`}`
}

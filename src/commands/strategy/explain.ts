import { Args, Flags } from '@oclif/core'
import { folderFlags, logOf, runArg } from '#compose/run-folder.ts'
import { strategyHeldIn } from '#compose/strategy-held.ts'
import { removedOf } from '#lib/journal/kept-events.ts'
import { readLog } from '#lib/journal/read-log.ts'
import type { Explained } from '#lib/strategy/explain-condition.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { startProgress } from '#lib/terminal/progress.ts'
import type { Event } from '#schemas/event.ts'
import { utcInstant } from '#services/md/adapters/utc-instant.ts'
import { type ExplainedRun, explainRun } from '#services/strategy/adapters/explain-run.ts'

export default class StrategyExplain extends TraderCommand {
  static override summary = 'Say why the last intent was made, or why none was: clause by clause, from the log'
  static override description =
    'Hears a run again, which trader backtest or trader up has made, with the strategy service. First the newest bar that the strategy judged, then the bar of its last intent, each with every clause, what it was, and its numbers. Where retention removed market data, it begins with what strategies held at their oldest snapshot: what came before is not looked at.'
  static override examples = [
    '<%= config.bin %> strategy explain live ema-cross',
    '<%= config.bin %> strategy explain 20261124-101500-ema-cross --until 2020-03-16',
  ]
  static override enableJsonFlag = true
  static override args = {
    run: runArg,
    strategy: Args.string({ description: 'The name of a strategy; needed where the run has several' }),
  }
  static override flags = {
    intent: Flags.string({ helpValue: 'ID', description: 'The bar behind this intent, like strategy:1234.0' }),
    until: Flags.string({ description: 'Day or time (UTC): nothing later is looked at' }),
    ...folderFlags,
  }

  async run(): Promise<ExplainedRun> {
    const { args, flags } = await this.parse(StrategyExplain)
    const log = logOf(args.run, flags)
    const wish = {
      strategy: args.strategy,
      intent: flags.intent,
      until: flags.until === undefined ? undefined : utcInstant(flags.until, 'until'),
    }
    const held = strategyHeldIn(log)
    if (held !== null) this.say(`${removedOf(log)}: looked at is what came behind event ${held.seq}`)
    const progress = startProgress({ label: 'explain', unit: 'events' })
    const explained = explainRun(eventsOf(log, held?.seq ?? 0, progress.update), wish, held)
    progress.finish()
    for (const line of linesOf(explained)) this.log(line)
    return explained
  }
}

function* eventsOf(log: string, behind: number, onEvents: (done: number) => void): Generator<Event> {
  let done = 0
  for (const { content } of readLog(log, { from: behind + 1, isKeptEnough: true })) {
    if ((++done & 8_191) === 0) onEvents(done)
    yield JSON.parse(content) as Event
  }
}

function linesOf({ strategy, hash, since, newest, lastIntent }: ExplainedRun): string[] {
  const head = `${strategy}  ${hash.slice(0, 12)}`
  if (!newest && since !== null) return [head, `It has judged no bar since event ${since}.`]
  if (!newest) return [head, 'It has judged no bar yet: no series and its indicators have been complete.']
  const isSame = newest.event === lastIntent?.event
  const last = lastIntent
    ? [
        '',
        ...(isSame
          ? [`That was its last intent, ${lastIntent.intent}.`]
          : evaluationLines(`last intent ${lastIntent.intent}`, lastIntent)),
        ...(lastIntent.refused === undefined
          ? []
          : [
              `  ${lastIntent.refused}: ${lastIntent.target === 'flat' ? 'so it wished to be flat' : 'it is as if it had not entered'}.`,
            ]),
      ]
    : ['', since === null ? 'It has made no intent.' : `It has made no intent since event ${since}.`]
  return [head, ...evaluationLines('newest bar', newest), ...last]
}

function evaluationLines(title: string, explained: NonNullable<ExplainedRun['newest']>): string[] {
  const { at, event, wished, conclusion, clauses, facts } = explained
  const time = new Date(at / 1_000).toISOString()
  const lines = [
    `${title}: ${time} (${event})`,
    `  ${wished === undefined ? '' : `it wished ${wished}; `}${conclusion}`,
  ]
  for (const clause of clauses) lines.push(...clauseLines(clause, clause.clause, '  '))
  return [...lines, ...facts.map((fact) => `  ${fact}`)]
}

function clauseLines({ text, verdict, values, parts }: Explained, label: string, indent: string): string[] {
  const shown = values.map(({ name, shown: value }) => `${name} = ${value}`).join(', ')
  const line = `${indent}${label.padEnd(12)} ${String(verdict ?? 'undefined').padEnd(9)}  ${text}${shown === '' ? '' : `   [${shown}]`}`
  return [line, ...parts.flatMap((part) => clauseLines(part, '', `${indent}  `))]
}

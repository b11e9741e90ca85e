import { isScalar, isSeq, type Node } from 'yaml'
import { isBuildable } from '#lib/bars/bar-interval.ts'
import { checkRequest } from '#lib/indicators/check-request.ts'
import { indicatorNames } from '#lib/indicators/indicator-catalogue.ts'
import { type IndicatorInput, indicatorInputs } from '#schemas/indicator-outputs.ts'
import { Interval, Name } from '#schemas/primitives.ts'
import type { DeclaredIndicator, DeclaredInput, DeclaredScore, DeclaredSeries } from './declared-inputs.ts'
import { didYouMean } from './did-you-mean.ts'
import { reservedWords } from './own-words.ts'
import type { Report } from './problem.ts'
import { readSession } from './read-session.ts'
import { isTick } from './strategy-slot.ts'
import { type Field, fieldsOf, startOf, writtenText } from './yaml-tree.ts'

/** The inputs of a strategy file in its order: series of bars by role and timeframe, and indicators of them. */
export function readInputs(field: Field, report: Report): DeclaredInput[] {
  const fields = fieldsOf(field.value, field.at, 'inputs', null, report) ?? new Map<string, Field>()
  const parts = [...fields].map(([name, { at, value }]) => {
    checkInputName(name, at, report)
    return { name, at, part: fieldsOf(value, at, name, null, report) }
  })
  const allSeries = parts.filter(({ part }) => part && isSeries(part)).map(({ name }) => name)
  // An indicator of an indicator needs that one first, wherever it stands.
  const read = new Map<string, DeclaredInput>()
  const bases = new Set(parts.map(({ name }) => name).filter((name) => !allSeries.includes(name)))
  const isChained = (part: Map<string, Field> | null) => {
    const of = part?.get('of')
    return of !== undefined && bases.has(writtenText(of.value)?.split('.')[0] ?? '')
  }
  for (const { name, at, part } of parts.toSorted((a, b) => Number(isChained(a.part)) - Number(isChained(b.part)))) {
    const input = part && readInput(name, part, at, { allSeries, read }, report)
    read.set(name, { name, at, ...(input ?? { kind: 'broken' }) })
  }
  return parts.map(({ name }) => read.get(name) as DeclaredInput)
}

/** The series of the file, and the inputs that have been read so far. */
type Known = { readonly allSeries: readonly string[]; readonly read: ReadonlyMap<string, DeclaredInput> }

function readInput(name: string, part: Map<string, Field>, at: number, known: Known, report: Report) {
  const { allSeries } = known
  if (isSeries(part)) return readSeries(name, part, at, report)
  if (part.has('session') || part.has('calendar')) return readSession(name, part, allSeries, report)
  if (part.has('ml')) return readScore(name, part, at, allSeries, report)
  return readIndicator(name, part, at, known, report)
}

/** `{ ml: calm-market, of: price }`: what a model says of the instrument of a series. */
function readScore(
  name: string,
  part: Map<string, Field>,
  at: number,
  allSeries: readonly string[],
  report: Report,
): DeclaredScore | null {
  for (const [key, field] of part)
    if (key !== 'ml' && key !== 'of') report.error(field.at, `${name} is a model's score (ml and of) and has no ${key}`)
  const of = readSource(name, part.get('of'), at, allSeries, report)
  const model = readWord(part.get('ml'), at, '', report)
  if (!model || of === null) return null
  if (Name.safeParse(model.text).success) return { kind: 'score', model: model.text, of }
  report.error(model.at, `a model has a lower-case name, not ${model.text}`)
  return null
}

const isInput = (input: string): input is IndicatorInput => (indicatorInputs as readonly string[]).includes(input)

const isSeries = (part: Map<string, Field>): boolean => part.has('role') || part.has('timeframe')

function checkInputName(name: string, at: number, report: Report): void {
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(name))
    report.error(at, `an input is named in lower-case letters, digits and _, not ${JSON.stringify(name)}`)
  else if (reservedWords.includes(name)) report.error(at, `no input can be named ${name}: conditions use that word`)
}

function readSeries(name: string, part: Map<string, Field>, at: number, report: Report): DeclaredSeries | null {
  for (const [key, field] of part)
    if (key !== 'role' && key !== 'timeframe')
      report.error(field.at, `${name} is a series (role and timeframe) and has no ${key}`)
  const role = readWord(part.get('role'), at, `${name} has no role, such as underlying`, report)
  if (role && !Name.safeParse(role.text).success)
    report.error(role.at, `role has to be a lower-case name, not ${role.text}`)
  const timeframe = readWord(part.get('timeframe'), at, `${name} has no timeframe, such as 1d`, report)
  const isTimeframe = timeframe && (isTick(timeframe.text) || isWidth(timeframe.text))
  if (timeframe && !isTimeframe)
    report.error(
      timeframe.at,
      `timeframe has to be a bar width like 1m, 4h, 1d or 250t, or trade or quote, not ${timeframe.text}`,
    )
  return role && timeframe ? { kind: 'series', role: role.text, timeframe: timeframe.text } : null
}

const isWidth = (text: string): boolean => Interval.safeParse(text).success && isBuildable(text)

function readIndicator(
  name: string,
  part: Map<string, Field>,
  at: number,
  { allSeries, read }: Known,
  report: Report,
): DeclaredIndicator | null {
  const [written, ...others] = [...part].filter(([key]) => key !== 'of')
  if (!written) {
    report.error(at, `${name} says neither an indicator, as in { ema: [10], of: price }, nor a role and timeframe`)
    return null
  }
  for (const [key, field] of others)
    report.error(field.at, `${name} has ${key} beside ${written[0]}: an input is one indicator`)
  const base = readBase(part.get('of'), read, report)
  if (base === null) return null
  const of = base ? base.of : readSource(name, part.get('of'), at, allSeries, report, true)
  const [indicatorName, field] = written
  if (!indicatorNames.includes(indicatorName)) {
    const meant = didYouMean(indicatorName, indicatorNames)
    report.error(field.at, `there is no indicator ${indicatorName}${meant}; trader indicators list names all`)
    return null
  }
  const params = readParams(indicatorName, field, report)
  if (!params || of === null) return null
  const [series = '', input = 'close'] = of.split('.')
  if (!isInput(input)) return null
  const checked = checkRequest(indicatorName, params, input, base?.from)
  if (!checked.isValid) report.error(startOf(field.value, field.at), checked.message)
  return checked.isValid
    ? { kind: 'indicator', ...checked, of: series, ...(base ? { from: base.from, base: base.name } : {}) }
    : null
}

/** `of: strength`, or `of: trend.signal`: another indicator. Null where that is no output of one; undefined where it is something else. */
function readBase(field: Field | undefined, read: Known['read'], report: Report) {
  const [name = '', output, ...rest] = (field && writtenText(field.value)?.split('.')) ?? []
  const base = read.get(name)
  if (!field || base?.kind !== 'indicator') return undefined
  const at = startOf(field.value, field.at)
  const { indicator, params, input, from, of } = base
  const outputs = Object.keys(indicator.outputs)
  const wanted = output ?? (outputs.length === 1 ? outputs[0] : undefined)
  if (from)
    report.error(
      at,
      `${name} is an indicator of an indicator already: one can be computed of it with average(${name}, 9)`,
    )
  else if (wanted === undefined || !outputs.includes(wanted) || rest.length > 0)
    report.error(at, `say which of ${outputs.map((one) => `${name}.${one}`).join(', ')}`)
  else {
    const values = input === 'close' ? {} : { input }
    return { name, of, from: { indicator: indicator.name, params: [...params], ...values, output: wanted } }
  }
  return null
}

function readSource(
  name: string,
  field: Field | undefined,
  at: number,
  allSeries: readonly string[],
  report: Report,
  mayHaveInput = false,
): string | null {
  const [only] = allSeries
  if (!field) {
    if (allSeries.length === 1 && only !== undefined) return only
    report.error(at, `${name} does not say of which series${allSeries.length > 0 ? `: ${allSeries.join(', ')}` : ''}`)
    return null
  }
  const of = readWord(field, at, '', report)
  if (!of) return null
  const [series = '', input, ...rest] = of.text.split('.')
  if (allSeries.includes(of.text)) return of.text
  if (mayHaveInput && allSeries.includes(series) && rest.length === 0) {
    if (isInput(input ?? '')) return of.text
    report.error(of.at, `there is no ${of.text}; known: ${indicatorInputs.map((one) => `${series}.${one}`).join(', ')}`)
    return null
  }
  const known = allSeries.length > 0 ? `; known: ${allSeries.join(', ')}` : ''
  report.error(of.at, `there is no series ${of.text}${didYouMean(of.text, allSeries)}${known}`)
  return null
}

function readParams(indicator: string, { at, value }: Field, report: Report): number[] | null {
  if (value === null || (isScalar(value) && value.value === null)) return []
  const items = isSeq<Node>(value) ? value.items : [value]
  const params: number[] = []
  for (const item of items) {
    if (isScalar(item) && typeof item.value === 'number' && Number.isFinite(item.value)) params.push(item.value)
    else report.error(startOf(item, at), `the parameters of ${indicator} have to be numbers, as in [10]`)
  }
  return params.length === items.length ? params : null
}

function readWord(
  field: Field | undefined,
  at: number,
  missing: string,
  report: Report,
): { text: string; at: number } | null {
  if (!field) {
    report.error(at, missing)
    return null
  }
  const text = writtenText(field.value)
  const wordAt = startOf(field.value, field.at)
  if (text === null) report.error(wordAt, 'expected one word')
  return text === null ? null : { text, at: wordAt }
}

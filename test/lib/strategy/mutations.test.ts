import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readStrategy } from '#lib/strategy/read-strategy.ts'
import { StrategyFileForm } from '#lib/strategy/strategy-file-schema.ts'

const shipped = readdirSync('strategies').map((file) => readFileSync(`strategies/${file}`, 'utf8'))

/** Kinds of damage: each makes a file that says something wrong, wherever it hits; `[from, to]` of the text are its lines. */
const damages: Readonly<Record<string, (text: string, line: number) => string>> = {
  'bad YAML: a bracket that is not closed': (text, line) => atLine(text, line, (old) => `${old}\nbroken: [1, 2`),
  'bad YAML: a tab before a key': (text) => `${text}\n\tname: again\n`,
  'bad YAML: a quote that is not closed': (text) => `${text}\ncooldown: "3 bars\n`,
  'bad YAML: a key twice': (text) => `${text}\nname: again\n`,
  'a tag': (text) => text.replace(/^name: /m, 'name: !!binary '),
  'wrong type: a list for a map': (text) => text.replace(/^inputs:/m, 'inputs: [1]\nformer:'),
  'wrong type: a map for a word': (text) => text.replace(/^name: .*/m, 'name: { a: b }'),
  'wrong type: a number for a condition': (text) => text.replace(/^( {2}long: ).*$/m, '$17'),
  'wrong type: words for a size': (text) => text.replace(/^size:/m, 'size: much\nformer:'),
  'unknown key': (text, line) => `${text}\nstopp${line}: 2%\n`,
  'unknown input': (text) => withCondition(text, 'pricee.close > 1'),
  'unknown field': (text) => withCondition(text, `${firstInput(text)}.clsoe > 1`),
  'unknown function': (text) => withCondition(text, `avrage(${firstInput(text)}.close, 3) > 1`),
  'unknown indicator': (text) => text.replace(/^inputs:/m, 'inputs:\n  odd: { emaa: [3], of: odd }'),
  'a cycle: an indicator of itself': (text) => text.replace(/^inputs:/m, 'inputs:\n  ring: { ema: [3], of: ring }'),
  'an anchor and its alias': (text) => text.replace(/^inputs:/m, 'base: &base [1]\ninputs:\n  odd: *base'),
  'a bomb of anchors': () => bomb(9),
  'a huge file': (text) => text + '# more of it\n'.repeat(4_000),
  'a huge condition': (text) => withCondition(text, `${firstInput(text)}.close > 1 and `.repeat(200)),
  'a deep condition': (text) => withCondition(text, `${'('.repeat(99)}${firstInput(text)}.close > 1${')'.repeat(99)}`),
  'a deep file': (text) => `${text}\ndeep: ${'['.repeat(200)}${']'.repeat(200)}\n`,
  'a condition cut off': (text) => withCondition(text, `${firstInput(text)}.close >`),
  'the future': (text) => withCondition(text, `${firstInput(text)}.close[-1] > 1`),
  'never true': (text) => withCondition(text, `${firstInput(text)}.low > ${firstInput(text)}.high`),
  'a division by nothing': (text) => withCondition(text, `${firstInput(text)}.close / 0 > 1`),
  'numbers for words': (text) => text.replace(/timeframe: \w+/, 'timeframe: 17'),
}

const damaged = fc
  .record({ file: fc.constantFrom(...shipped), kind: fc.constantFrom(...Object.keys(damages)), line: fc.nat(20) })
  .map(({ file, kind, line }) => ({ kind, text: (damages[kind] as (typeof damages)[string])(file, line) }))

/** Of this process, so that a busy machine fails nothing: a file that hangs takes far more, whatever else runs. */
const mostCpuMs = 2_000

function readInTime(text: string): ReturnType<typeof readStrategy> {
  const before = process.cpuUsage()
  const read = readStrategy(text)
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1_000, text).toBeLessThan(mostCpuMs)
  return read
}

const words = [...new Set(shipped.flatMap((text) => text.split(/[\s,]+/)))]
const piece = fc.oneof(
  fc.constantFrom(...':{}[]&*!|>%@`"\'#,-<=.()0\t\n\u0000\u2028é'),
  fc.constantFrom(...words, '<<:', '&a', '*a', '~', '1e999', '-1', 'NaN', '0x1f', '__proto__', 'constructor'),
)
const edit = fc.record({ at: fc.nat(10_000), most: fc.nat(12), piece, isLine: fc.boolean() })

/** A shipped file in which characters or lines are cut, replaced or put in. */
const edited = fc
  .record({ file: fc.constantFrom(...shipped), edits: fc.array(edit, { minLength: 1, maxLength: 4 }) })
  .map(({ file, edits }) =>
    edits.reduce((text, { at, most, piece: put, isLine }) => {
      const parts = text.split(isLine ? '\n' : '')
      parts.splice(at % (parts.length + 1), isLine ? most % 3 : most, put)
      return parts.join(isLine ? '\n' : '')
    }, file),
  )

test('500 damaged strategy files: each is refused, with a place that exists, and none crashes or hangs', () => {
  const counts: Record<string, number> = {}
  const isRefused = ({ kind, text }: { kind: string; text: string }) => {
    counts[kind] = (counts[kind] ?? 0) + 1
    const { definition, problems } = readInTime(text)
    expect(definition, kind).toBeNull()
    expectPlace(text, problems)
  }
  fc.assert(fc.property(damaged, isRefused), { numRuns: 500 })
  expect(Object.keys(counts).length).toBe(Object.keys(damages).length)
}, 60_000)

test('500 files with random edits: each is read, or refused with a place that exists, and none crashes or hangs', () => {
  let refused = 0
  const isClear = (text: string) => {
    const { definition, problems } = readInTime(text)
    if (definition !== null) return
    refused++
    expectPlace(text, problems)
  }
  fc.assert(fc.property(edited, isClear), { numRuns: 500 })
  expect(refused).toBeGreaterThan(100)
}, 60_000)

function expectPlace(text: string, problems: ReturnType<typeof readStrategy>['problems']): void {
  const [first] = problems.filter(({ severity }) => severity === 'error')
  const lines = text.split('\n')
  expect(first?.message, text).toMatch(/^[^\n]{5,}$/)
  expect(first?.line, text).toBeGreaterThan(0)
  expect(first?.line, text).toBeLessThanOrEqual(lines.length)
  expect(first?.column, text).toBeGreaterThan(0)
  expect(first?.column, text).toBeLessThanOrEqual((lines[(first?.line ?? 0) - 1] ?? '').length + 1)
}

test('a place is that of the mistake: one wrong word is one error, at its first character', () => {
  for (const text of shipped) {
    const wrong = withCondition(text, 'pricee.close > 1')
    const errors = readStrategy(wrong).problems.filter(({ severity }) => severity === 'error')
    expect(errors).toHaveLength(1)
    const { line = 0, column = 0 } = errors[0] ?? {}
    expect(wrong.split('\n')[line - 1]?.slice(column - 1)).toMatch(/^pricee/)
  }
})

test('what editors accept is what is shipped, and what they refuse is refused', () => {
  for (const text of shipped) expect(StrategyFileForm.safeParse(parse(text)).error?.issues).toBeUndefined()
  const isNoLooser = ({ text }: { text: string }) => {
    const value = parsed(text)
    if (value !== undefined && !StrategyFileForm.safeParse(value).success)
      expect(readStrategy(text).definition).toBeNull()
  }
  fc.assert(fc.property(damaged, isNoLooser), { numRuns: 200 })
}, 60_000)

const withCondition = (text: string, condition: string): string =>
  text.replace(/^entry:[\s\S]*?(?=^\w)/m, `entry:\n  long: ${condition}\n  short: ${firstInput(text)}.close < 1\n`)

const firstInput = (text: string): string => /^inputs:\n {2}(\w+): \{ role/m.exec(text)?.[1] as string

function atLine(text: string, line: number, change: (old: string) => string): string {
  const lines = text.split('\n')
  const n = line % lines.length
  return lines.with(n, change(lines[n] as string)).join('\n')
}

function bomb(levels: number): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
  for (let n = 1; n <= levels; n++)
    lines.push(`a${n}: &a${n} [${Array.from({ length: 9 }, () => `*a${n - 1}`).join(', ')}]`)
  return lines.join('\n')
}

function parsed(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0, logLevel: 'silent' })
  } catch (error) {
    expect(error).toBeInstanceOf(Error)
    return undefined
  }
}

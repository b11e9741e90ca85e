import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileCondition } from '#lib/strategy/compile-condition.ts'
import { ExpressionFault } from '#lib/strategy/expression-fault.ts'
import { readStrategy } from '#lib/strategy/read-strategy.ts'
import { StrategyDefinition } from '#lib/strategy/strategy-definition.ts'

const words =
  'fast slow and or not crosses above below ( ) + - * / < <= > >= == != 1 0.5 price.close . , " \n é 😀'.split(' ')
const inputs = [{ name: 'price', at: 0, kind: 'series', role: 'underlying', timeframe: '1d' } as const]

describe('conditions', () => {
  test.each([
    ['random text', fc.string({ unit: 'grapheme', maxLength: 60 })],
    ['random words', fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((list) => list.join(' '))],
  ])('of %s compile or throw an ExpressionFault within the text', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        try {
          compileCondition(text, { inputs, slots: [], counters: [], mayReadScores: false, zone: 'UTC' })
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionFault)
          expect((error as ExpressionFault).at).toBeGreaterThanOrEqual(0)
          expect((error as ExpressionFault).at).toBeLessThanOrEqual(text.length)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

const files = readdirSync('strategies').map((file) => readFileSync(`strategies/${file}`, 'utf8'))
const scraps = [
  '{',
  '}',
  '[',
  ']',
  ':',
  '- ',
  '? ',
  '|',
  '>',
  '&a ',
  '*a',
  '<<: ',
  '!!js ',
  '"',
  "'",
  '#',
  '\t',
  '\n',
  '\r',
  '\0',
  '%',
  '@',
  '😀',
  '\u2028',
  '1e999',
  'null',
  'and',
  'crosses',
  '__proto__',
  'constructor',
  '\\',
  '- '.repeat(500),
  '['.repeat(500),
  '9'.repeat(500),
  'a: &x [*x, *x]\n',
]

const edit = fc.record({
  where: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.oneof(fc.constant(0), fc.nat(30)),
  scrap: fc.oneof(fc.constantFrom(...scraps, ''), fc.string({ unit: 'binary', maxLength: 5 })),
})
const mutated = fc
  .tuple(fc.constantFrom(...files), fc.array(edit, { minLength: 1, maxLength: 4 }))
  .map(([file, edits]) =>
    edits.reduce((text, { where, removed, scrap }) => {
      const at = Math.floor(where * text.length)
      return text.slice(0, at) + scrap + text.slice(at + removed)
    }, file),
  )

describe('files', () => {
  test('300 mutations of each kind are read, or refused with positions that exist, at once', () => {
    fc.assert(fc.property(mutated, isAnswered), { numRuns: 1500 })
  })

  test('random text likewise', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), isAnswered), { numRuns: 300 })
  })

  test('every line of every file left out, doubled, or moved to another file', () => {
    for (const file of files) {
      const lines = file.split('\n')
      for (let n = 0; n < lines.length; n++) {
        isAnswered(lines.toSpliced(n, 1).join('\n'))
        isAnswered(lines.toSpliced(n, 0, lines[n] as string).join('\n'))
        for (const other of files) isAnswered(`${other}${lines[n]}`)
      }
    }
  })

  test.each(['- ', '[', '{a: ', '? ', 'a: &a\n', '\t:\n', '"', 'a: |\n', '*a ', ']', 'k: {\n', '? a\n: '])(
    'a file full of %j is refused, and soon: its cost grows with its length, not with its square',
    (scrap) => {
      const started = process.hrtime.bigint()
      isAnswered(scrap.repeat(Math.floor(32_768 / scrap.length)))
      expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(20_000)
    },
  )
})

function isAnswered(text: string): void {
  const { definition, problems } = readStrategy(text)
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (definition) {
    expect(errors).toEqual([])
    StrategyDefinition.parse(JSON.parse(JSON.stringify(definition)))
    return
  }
  expect(errors.length).toBeGreaterThan(0)
  expect(problems.length).toBeLessThanOrEqual(20)
  const lines = text.split('\n')
  for (const { line, column, message } of problems) {
    expect(message).toMatch(/^[^\n]+$/)
    expect(line).toBeGreaterThanOrEqual(1)
    expect(line).toBeLessThanOrEqual(lines.length)
    expect(column).toBeGreaterThanOrEqual(1)
    expect(column).toBeLessThanOrEqual((lines[line - 1] as string).length + 1)
  }
}

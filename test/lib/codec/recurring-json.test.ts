import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PlainLevels } from '#lib/codec/plain-decimal.ts'
import { parseRecurring } from '#lib/codec/recurring-json.ts'
import { parseNumbersAsText } from '#services/md/adapters/number-text.ts'

const number = fc.oneof(
  fc.integer({ min: 0, max: 99 }).map(String),
  fc.constantFrom(
    '0.0500',
    '-1',
    '-0',
    '00',
    '01',
    '1.',
    '.5',
    '1e5',
    '50093239212',
    '9007199254740993',
    '1723161255208',
  ),
)
const word = fc.constantFrom('61837.63', '0.00', 'MARKET', '', 'a,b', 'x]', '}', '\\u0041', '\\"', 'é', '1e3', '-5')
const level = fc
  .tuple(fc.oneof(number, quoted(word)), fc.oneof(number, quoted(word)), fc.boolean())
  .map(([a, b, isLong]) => (isLong ? `["new",${a},${b}]` : `[${a},${b}]`))
const scalar = fc.oneof(number, quoted(word), fc.constantFrom('true', 'false', 'null', 'tru', 'nul', ''))
const list = fc.oneof(
  fc.array(level, { maxLength: 3 }).map((levels) => `[${levels.join(',')}]`),
  fc.constantFrom('[1,2]', '[{"a":1}]', '[', '[[]]', '[[1,2],]', '[["1","2"]'),
)
const field = fc.tuple(fc.constantFrom('a', 'b', 'data', '__proto__', '0', 'é'), fc.oneof(scalar, list))
const fields = fc.array(field, { maxLength: 5 })
const body = (some: [string, string][], inner: [string, string][] | null, space: string): string =>
  `{${[...some.map(([key, value]) => `"${key}":${space}${value}`), ...(inner === null ? [] : [`"data":${body(inner, null, space)}`])].join(`,${space}`)}}`
/** One form after the other, with other values, and spoilt texts among them. */
const texts = fc
  .record({ outer: fields, inner: fields, space: fc.constantFrom('', ' ', '\n') })
  .chain(({ outer, inner, space }) =>
    fc.array(
      fc
        .tuple(
          fc.tuple(
            ...outer.map(([key, value]) => fc.tuple(fc.constant(key), fc.oneof(fc.constant(value), scalar, list))),
          ),
          fc.tuple(
            ...inner.map(([key, value]) => fc.tuple(fc.constant(key), fc.oneof(fc.constant(value), scalar, list))),
          ),
          fc.constantFrom('', '', '', ' ', 'x', '\u0001'),
        )
        .map(([some, more, tail]) => `${body(some, more, space)}${tail}`),
      { minLength: 2, maxLength: 30 },
    ),
  )

describe('JSON that comes again in the same form', () => {
  for (const [name, parse, isNumberText] of [
    ['numbers', JSON.parse, false],
    ['numbers as text', parseNumbersAsText, true],
  ] as const)
    for (const isWordFixed of [true, false])
      it(`is what the parser makes of it, and refused as there: ${name}, words ${isWordFixed ? 'fixed' : 'free'}`, () => {
        fc.assert(
          fc.property(texts, fc.subarray(['a', 'b', '0']), (all, checked) => {
            const decimals = new Set(checked)
            const again = parseRecurring({
              parse,
              isNumberText,
              isWordFixed,
              unread: new Set(),
              decimals,
              nameOf: () => '',
            })
            for (const text of all) expect(outcome(again, text), text).toEqual(outcome(parse, text))
          }),
          { numRuns: 1000 },
        )
      })

  it('is read in its own form, not parsed, once it was seen; what is not asked for is passed over', () => {
    let parsed = 0
    const parse = parseRecurring({
      parse: (text) => {
        parsed++
        return JSON.parse(text)
      },
      isNumberText: false,
      isWordFixed: true,
      unread: new Set(['E']),
      decimals: new Set(['p', 'b']),
      nameOf: (text) => text.slice(0, text.indexOf(',')),
    })
    const frame = (stream: string, n: number) =>
      `{"stream":"${stream}","data":{"E":${n},"p":"${n}.50","m":${n % 2 === 0},"b":[["${n}","1"]]}}`
    for (let n = 1; n < 100; n++)
      for (const stream of ['a@depth', 'b@depth', 'c@depth'])
        expect(JSON.parse(JSON.stringify(parse(frame(stream, n))))).toMatchObject({
          stream,
          data: { p: `${n}.50`, m: n % 2 === 0, b: [[`${n}`, '1']] },
        })
    expect(parsed).toBe(3)
  })

  it('goes back to the parser for good where the form does not come again', () => {
    let parsed = 0
    const parse = parseRecurring({
      parse: (text) => {
        parsed++
        return JSON.parse(text)
      },
      isNumberText: false,
      isWordFixed: true,
      unread: new Set(),
      decimals: new Set(),
      nameOf: () => '',
    })
    for (let n = 0; n < 200; n++) expect(parse(`{"id":"word-${n}"}`)).toEqual({ id: `word-${n}` })
    expect(parsed).toBe(200)
  })

  it.each(['nothing', 'b'])('levels are new each time, and keep no text in memory: %s is checked', (checked) => {
    const parse = parseRecurring({
      parse: JSON.parse,
      isNumberText: false,
      isWordFixed: true,
      unread: new Set(),
      decimals: new Set([checked]),
      nameOf: () => '',
    })
    const levelsIn = (text: string): unknown[] => {
      const { b } = parse(text) as { b: unknown[] | PlainLevels }
      return b instanceof PlainLevels ? b.levels : b
    }
    levelsIn('{"n":1,"b":[["1","2"]],"c":[]}')
    const kept = [levelsIn('{"n":1,"b":[["3","4"]],"c":[]}'), levelsIn('{"n":1,"b":[["5","6"]],"c":[]}')]
    expect(kept).toEqual([[['3', '4']], [['5', '6']]])
    const many = '["0.1","0.2"],'.repeat(700)
    const before = heapAfterCollection()
    for (let n = 0; n < 2_000; n++)
      kept.push(levelsIn(`{"n":${n},"b":[["61837.63${100_000 + n}","6.50000000"]],"c":[${many}["0.1","0.2"]]}`))
    // The texts are of 20 MB.
    expect(heapAfterCollection() - before).toBeLessThan(4e6)
    expect(kept.at(-1)).toEqual([['61837.63101999', '6.50000000']])
  })
})

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapAfterCollection(): number {
  collect()
  return process.memoryUsage().heapUsed
}

function quoted(words: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return words.map((one) => `"${one}"`)
}

function outcome(parse: (text: string) => unknown, text: string): string {
  try {
    return JSON.stringify(parse(text), (_, value) => (Object.is(value, -0) ? 'minus zero' : value))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return error.message
  }
}

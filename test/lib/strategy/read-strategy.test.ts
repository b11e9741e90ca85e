import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readStrategy } from '#lib/strategy/read-strategy.ts'
import { StrategyDefinition } from '#lib/strategy/strategy-definition.ts'

const good = `name: ema-cross
inputs:
  price: { role: underlying, timeframe: 1d }
  fast: { ema: [10], of: price }
  bands: { bollinger: [20, 2], of: price }
entry:
  long: fast crosses above bands.upper
  short: fast < bands.lower
size: { quantity: 100 }
`

/** `line:column message` of every problem, errors without a prefix. */
const problemsOf = (text: string): string[] =>
  readStrategy(text).problems.map(({ severity, line, column, message }) => {
    const label = severity === 'warning' ? 'warning: ' : ''
    return `${line}:${column} ${label}${message}`
  })

const withLine = (line: number, text: string): string => {
  const lines = good.split('\n')
  lines[line - 1] = text
  return lines.join('\n')
}

describe('a good file', () => {
  test('becomes plain JSON with slots for what its conditions read', () => {
    const { definition, problems } = readStrategy(good)
    expect(problems).toEqual([])
    expect(definition).toEqual({
      name: 'ema-cross',
      series: [{ role: 'underlying', timeframe: '1d' }],
      indicators: [
        { series: 0, indicator: 'ema', params: [10], key: 'ema(10)' },
        { series: 0, indicator: 'bollinger', params: [20, 2, 2], key: 'bollinger(20,2)' },
      ],
      scores: [],
      sessions: [],
      counters: [],
      zone: 'UTC',
      slots: [
        { name: 'fast', depth: 2, indicator: 0, output: 'value' },
        { name: 'bands.upper', depth: 2, indicator: 1, output: 'upper' },
        { name: 'bands.lower', depth: 1, indicator: 1, output: 'lower' },
      ],
      entry: {
        long: {
          text: 'fast crosses above bands.upper',
          when: { op: 'crosses above', left: { op: 'value', slot: 0 }, right: { op: 'value', slot: 1 } },
        },
        short: {
          text: 'fast < bands.lower',
          when: { op: '<', left: { op: 'value', slot: 0 }, right: { op: 'value', slot: 2 } },
        },
      },
      exit: {},
      size: { kind: 'quantity', quantity: '100' },
      trade: [{ role: 'underlying', isAgainst: false, ratio: '1' }],
    })
    expect(StrategyDefinition.parse(JSON.parse(JSON.stringify(definition)))).toEqual(
      JSON.parse(JSON.stringify(definition)),
    )
  })

  test('can be JSON, leave out `of` with one series, and params that have defaults', () => {
    const json = JSON.stringify({
      name: 'a',
      inputs: { price: { role: 'underlying', timeframe: '1d' }, trend: { macd: [] }, fast: { ema: 10 } },
      entry: { long: 'trend.macd > fast', short: 'not (trend.signal > -1.5 * fast)' },
      size: { notional: '0.10' },
    })
    const { definition, problems } = readStrategy(json)
    expect(problems).toEqual([])
    expect(definition?.indicators.map(({ key }) => key)).toEqual(['macd(12,26,9)', 'ema(10)'])
    expect(definition?.size).toEqual({ kind: 'notional', notional: '0.10' })
  })

  test('computes an indicator of another series than the close, and says which there are', () => {
    const { definition } = readStrategy(withLine(4, '  fast: { ema: [10], of: price.hl2 }'))
    expect(definition?.indicators[0]).toEqual({
      series: 0,
      indicator: 'ema',
      params: [10],
      key: 'ema(10)@hl2',
      input: 'hl2',
    })
    expect(problemsOf(withLine(4, '  fast: { ema: [10], of: price.hl9 }'))[0]).toMatch(
      /^4:26 there is no price\.hl9; known: price\.close, /,
    )
    expect(problemsOf(withLine(4, '  fast: { atr: [10], of: price.high }'))[0]).toMatch(
      /^4:16 atr\(10\): it reads .* and cannot be computed of high$/,
    )
  })

  test('keeps amounts as they were written', () => {
    const { definition } = readStrategy(withLine(9, 'size: { quantity: 0.1000000000000000000001 }'))
    expect(definition?.size).toEqual({ kind: 'quantity', quantity: '0.1000000000000000000001' })
  })

  test('asks once for what is declared twice', () => {
    const { definition } = readStrategy(
      withLine(4, '  again: { role: underlying, timeframe: 1d }\n  fast: { ema: [10], of: again }')
        .replace(
          'bands: { bollinger: [20, 2], of: price }',
          'bands: { bollinger: [20], of: price }\n  same: { ema: 10, of: price }',
        )
        .replace('fast < bands.lower', 'fast < bands.lower and same > 0'),
    )
    expect(definition?.series).toHaveLength(1)
    expect(definition?.indicators.map(({ key }) => key)).toEqual(['ema(10)', 'bollinger(20,2)'])
  })

  test.each(readdirSync('strategies'))('strategies/%s has no problem and says what it bets on', (file) => {
    const text = readFileSync(`strategies/${file}`, 'utf8')
    const { definition, problems } = readStrategy(text)
    expect(problems).toEqual([])
    expect(`${definition?.name}.yaml`).toBe(file)
    expect(text).toMatch(/^# yaml-language-server: .*\n# Bets on: /)
  })
})

describe('each mistake is said once, where it is', () => {
  test.each<[string, string, string[]]>([
    ['nothing', '', ['1:1 the file is empty']],
    ['a word', 'hello', ['1:1 a strategy file has to be a list of "name: value" lines']],
    ['not YAML', 'name: "a', ['1:9 not YAML: Missing closing "quote']],
    ['a key twice', `${good}name: b\n`, ['10:1 not YAML: Map keys must be unique']],
    ['a tag', withLine(1, 'name: !evil a'), ['1:7 not YAML: Unresolved tag: !evil']],
    [
      'an alias',
      withLine(1, 'name: &n a').concat('trade: *n\n'),
      ['10:8 aliases (*name) are not allowed in a strategy file: write the value out'],
    ],
    [
      'two documents',
      `${good}---\na: 1\n`,
      ['10:1 not YAML: Source contains multiple documents; please use YAML.parseAllDocuments()'],
    ],
    ['depth', `${'['.repeat(40)}`, ['1:33 nested too deeply for a strategy file']],
    [
      'depth after what closes nothing',
      `# ${'}'.repeat(400)}\n${'['.repeat(400)}`,
      ['2:33 nested too deeply for a strategy file'],
    ],
    ['depth in one line', '- '.repeat(40), ['1:1 nested too deeply for a strategy file']],
    ['size of the file', ' '.repeat(32_769), ['1:1 a strategy file has at most 32768 characters, this one 32769']],
    [
      'unknown key',
      withLine(9, 'sise: { quantity: 1 }'),
      [
        '1:1 size is missing, as in size: { quantity: 100 }',
        '9:1 a strategy file has no "sise", did you mean size?; known: name, inputs, zone, entry, exit, size, stop, target, trail, levels_on, time_exit, scale_in, scale_out, cooldown, veto, scale, trade, rate_limit',
      ],
    ],
    ['name missing', withLine(1, ''), ['1:1 name is missing, as in name: ema-cross']],
    ['name wrong', withLine(1, 'name: EMA Cross'), ['1:7 name has to be a lower-case name like ema-cross']],
    [
      'name of others',
      withLine(1, 'name: external'),
      ['1:7 external is the name under which the trades of others are counted: give it one of its own'],
    ],
    ['role missing', withLine(3, '  price: { timeframe: 1d }'), ['3:3 price has no role, such as underlying']],
    [
      'role wrong',
      withLine(3, '  price: { role: SPY, timeframe: 1d }'),
      ['3:18 role has to be a lower-case name, not SPY'],
    ],
    ['timeframe missing', withLine(3, '  price: { role: underlying }'), ['3:3 price has no timeframe, such as 1d']],
    [
      'timeframe wrong',
      withLine(3, '  price: { role: underlying, timeframe: 1w }'),
      ['3:41 timeframe has to be a bar width like 1m, 4h, 1d or 250t, or trade or quote, not 1w'],
    ],
    [
      'series with more',
      withLine(3, '  price: { role: underlying, timeframe: 1d, of: x }'),
      ['3:45 price is a series (role and timeframe) and has no of'],
    ],
    ['input no map', withLine(4, '  fast: ema'), ['4:9 fast has to be a list of "name: value" lines']],
    [
      'input empty',
      withLine(4, '  fast: {}'),
      ['4:3 fast says neither an indicator, as in { ema: [10], of: price }, nor a role and timeframe'],
    ],
    [
      'input named badly',
      withLine(4, '  Fast: { ema: [10], of: price }'),
      [
        '4:3 an input is named in lower-case letters, digits and _, not "Fast"',
        '7:9 there is no input fast, did you mean Fast?; known: price, Fast, bands',
        '8:10 there is no input fast, did you mean Fast?; known: price, Fast, bands',
      ],
    ],
    [
      'input named by a word of conditions',
      withLine(4, '  fast: { ema: [10], of: price }\n  above: { ema: [10], of: price }'),
      ['5:3 no input can be named above: conditions use that word'],
    ],
    [
      'unknown indicator',
      withLine(4, '  fast: { emma: [10], of: price }'),
      ['4:11 there is no indicator emma, did you mean ema?; trader indicators list names all'],
    ],
    [
      'two indicators',
      withLine(4, '  fast: { ema: [10], sma: [3], of: price }'),
      ['4:22 fast has sma beside ema: an input is one indicator'],
    ],
    [
      'params out of range',
      withLine(4, '  fast: { ema: [0], of: price }'),
      ['4:16 ema(0): period has to be a whole number from 1 to 100000, not 0'],
    ],
    ['too many params', withLine(4, '  fast: { ema: [1, 2], of: price }'), ['4:16 ema(1,2): expected ema(period)']],
    [
      'params no numbers',
      withLine(4, '  fast: { ema: [10, x], of: price }'),
      ['4:21 the parameters of ema have to be numbers, as in [10]'],
    ],
    [
      'of unknown',
      withLine(4, '  fast: { ema: [10], of: prise }'),
      ['4:26 there is no series prise, did you mean price?; known: price'],
    ],
    [
      'of missing with two series',
      withLine(4, '  other: { role: second, timeframe: 1d }\n  fast: { ema: [10] }').concat('trade: second\n'),
      ['5:3 fast does not say of which series: price, other'],
    ],
    [
      'trade missing with two roles',
      withLine(4, '  other: { role: second, timeframe: 1d }\n  fast: { ema: [10], of: other }'),
      ['1:1 trade is missing: say which role is traded, as in trade: underlying'],
    ],
    [
      'legs against the target',
      `${good}trade: { option: { side: against, long: call atm nearest } }\n`,
      ['10:26 options are taken as they are stated, never against that'],
    ],
    ['trade wrong', `${good}trade: [a]\n`, ['10:8 trade has to be a lower-case name like ema-cross']],
    [
      'entry missing',
      good.replace(/entry:[\s\S]*?size/, 'size'),
      ['1:1 entry is missing, as in entry: { long: fast crosses above slow }'],
    ],
    ['entry empty', good.replace(/entry:[\s\S]*?size/, 'entry: {}\nsize'), ['6:1 entry has neither long nor short']],
    [
      'entry unknown side',
      withLine(8, '  shrt: fast < 1'),
      ['8:3 entry has no "shrt", did you mean short?; known: long, short'],
    ],
    [
      'condition no text',
      withLine(8, '  short: 7'),
      ['8:10 entry.short has to be a condition, such as fast crosses above slow'],
    ],
    [
      'condition too long',
      withLine(8, `  short: ${'fast < 1 and '.repeat(150)} fast < 1`),
      ['8:10 entry.short is longer than 1800 characters'],
    ],
    ['size missing', withLine(9, ''), ['1:1 size is missing, as in size: { quantity: 100 }']],
    [
      'size empty',
      withLine(9, 'size: {}'),
      ['9:1 size has to be { quantity: ... }, { notional: ... }, { equity: 25% }, { volatility: ... } or { risk: 1% }'],
    ],
    [
      'size twice',
      withLine(9, 'size: { quantity: 1, notional: 2 }'),
      ['9:22 size is one of quantity, notional, equity, volatility, risk'],
    ],
    ...['0', '-1', '1e3', '.5', 'ten', '0x10', '', '1_000', '.inf', '[1]'].map((amount): [string, string, string[]] => [
      `size ${amount}`,
      withLine(9, `size: { quantity: ${amount} }`),
      [`9:${amount === '' ? 20 : 19} quantity has to be an exact number above 0, such as 100 or 0.25`],
    ]),
    [
      'rate_limit empty',
      `${good}rate_limit: {}\n`,
      [
        '10:1 rate_limit has no intents, such as { intents: 10, per: 1h }',
        '10:1 rate_limit has no per, such as { intents: 10, per: 1h }',
      ],
    ],
    [
      'rate_limit intents',
      `${good}rate_limit: { intents: 0, per: 1h }\n`,
      ['10:24 intents has to be a whole number from 1 to 10000'],
    ],
    [
      'rate_limit per',
      `${good}rate_limit: { intents: 1, per: hour }\n`,
      ['10:32 per has to be a time such as 30s, 15m, 1h or 1d'],
    ],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(text)).toEqual(expected)
    expect(readStrategy(text).definition).toBeNull()
  })

  test('at most 20 problems, in the order of the file', () => {
    const inputs = Array.from({ length: 30 }, (_, i) => `  i${i}: { ema: [0], of: price }`).join('\n')
    const { problems } = readStrategy(withLine(4, inputs))
    expect(problems).toHaveLength(20)
    expect(problems.map(({ line }) => line)).toEqual(Array.from({ length: 20 }, (_, i) => i + 4))
  })
})

describe('levels_on', () => {
  const inputs =
    'inputs: { price: { role: a, timeframe: 1m }, ticks: { role: a, timeframe: trade }, other: { role: b, timeframe: quote } }'
  const file = (more: string) => `name: x
${inputs}
trade: a
entry: { long: price.close > 1 }
exit: { long: price.close < 1 }
size: { quantity: 1 }
${more}
`
  test.each([
    [
      'levels_on: price\nstop: 1%',
      '7:12 levels_on has to be a series of trades or quotes, as in ticks: { role: underlying, timeframe: trade }',
    ],
    ['levels_on: other\nstop: 1%', '7:12 levels are prices of the first series: levels_on has to be of its role'],
    ['levels_on: ticks', '7:12 levels_on without stop, target or trail: there is no level'],
  ])('%s', (more, expected) => {
    expect(problemsOf(file(more)).filter((line) => !line.includes('warning'))).toEqual([expected])
  })

  test('is the series with its slots', () => {
    const { definition } = readStrategy(file('levels_on: ticks\nstop: 1%'))
    expect(definition?.series[definition.levelsOn?.series ?? -1]).toEqual({ role: 'a', timeframe: 'trade' })
  })
})

describe('conditions that can never be true', () => {
  const file = (condition: string) => `name: never
inputs:
  price: { role: underlying, timeframe: 1m }
  slow: { role: underlying, timeframe: 5m }
  wide: { donchian: [20], of: price }
  slow_wide: { donchian: [20], of: slow }
  bb: { bollinger: [20], of: price }
  m: { sma: [20], of: price }
  atr: { atr: [14], of: price }
  trend: { correl: [20], of: price }
  rsi: { rsi: [14], of: price }
  book: { role: underlying, timeframe: quote }
  book_wide: { donchian: [20], of: book }
  book_mean: { rsi: [20], of: book }
  day: { session: 09:00-16:00, days: monday-friday, of: price }
  far: { session: 09:00-16:00, zone: America/New_York }
entry:
  long: '${condition}'
exit: { long: price.close < m }
size: { quantity: 1 }
`
  const found = (text: string) => problemsOf(text).filter((line) => line.includes('never be true'))

  test.each([
    'price.close > wide.upper',
    'price.close < wide.lower',
    'price.high > wide.upper',
    'wide.middle > wide.upper',
    'slow.close > slow_wide.upper',
    'price.close > highest(price.high, 20)',
    'price.close < lowest(price.low, 20)',
    'price.close[1] > highest(price.high, 20)[1]',
    'price.close[1] > highest(price.close, 20)',
    'max(price.close, m) < m',
    'min(price.close, m) > m',
    'bb.upper < bb.lower',
    'position.gain > 5% and position is flat',
    'atr < 0',
    'trend > 1',
    '2 * rsi > 300',
    'rsi * 3 > 300',
    'rsi / 2 > 60',
    '-rsi > 1',
    '100 / (rsi + 1) > 100',
    'abs(trend) > 1',
    'max(rsi, 20) > 100',
    '2 * rsi > 100 and rsi < 40',
    'rsi * -1 > -30 and rsi > 40',
    'average(rsi, 5) > 101',
    'correlation(price.close, m, 20) > 1',
    'book_mean > 100',
    'in day and not in day',
    '(in day)[1] and not (in day)[1]',
    'in day and time > 17:00',
    'in day and time >= 16:00',
    'in day and time < 09:00',
    'in day and weekday == sunday',
    '(in day)[2] and time[2] > 17:00',
    'day.elapsed > 420',
    'day.low > day.high',
    'slow.close[1] > 5 and not slow.close[1] > 5',
    'slow.close rising for 3 and not (slow.close rising for 3)',
  ])('%s', (condition) => {
    expect(found(file(condition))).toHaveLength(1)
  })

  test.each([
    'price.close > wide.upper[1]',
    'price.close >= wide.upper',
    'price.close > slow_wide.upper',
    'price.close > highest(price.high, 20)[1]',
    'price.close > highest(price.low, 20)',
    'bb.upper > bb.lower and price.close > bb.upper',
    'position.gain > 5% and position is long',
    'min(price.close, m) < m',
    'slow.close crosses above 100 and slow.close[1] > 100',
    'book.low > book.high',
    'book_wide.lower > book_wide.upper',
    'book.close > book_wide.upper',
    '2 * rsi > 199',
    '2 * rsi > 100 and rsi < 51',
    'rsi / 2 >= 50',
    'trend * trend > -1 and trend / trend < 5',
    'in day and not (in day)[1]',
    'in day and time >= 15:59',
    'in day and time[1] > 17:00',
    'in far and time > 17:00',
    'not in day and time > 17:00',
    'in day or time > 17:00',
    'average(rsi, 5) > 100',
    'day.elapsed >= 419',
  ])('but %s can', (condition) => {
    expect(found(file(condition))).toEqual([])
  })

  test('is found soon among many names and ways', () => {
    const inputs = Array.from({ length: 170 }, (_, i) => `  e${i}: { ema: [${i + 1}], of: price }`).join('\n')
    const either = Array.from({ length: 6 }, (_, i) => `(e${2 * i}>1 or e${2 * i + 1}>2)`)
    const above = Array.from({ length: 76 }, (_, i) => `e${2 * i + 12}>e${2 * i + 13}`)
    const condition = [...either, ...above, 'e168>e169 and e169>e168'].join(' and ')
    const text = file(condition).replace('entry:', `${inputs}\nentry:`)
    expect(found(text)).toHaveLength(1)
  }, 5_000)
})

describe('conditions', () => {
  test.each([
    ['fst > 1', '8:10 there is no input fst, did you mean fast?; known: price, fast, bands'],
    [
      'price > 1',
      '8:10 price has several values: say which of price.open, price.high, price.low, price.close, price.volume',
    ],
    [
      '1 < price.clse',
      '8:14 there is no price.clse, did you mean price.close?; known: price.open, price.high, price.low, price.close, price.volume',
    ],
    ['fast.upper > 1', '8:10 there is no fast.upper; known: fast.value'],
    ['fast', '8:10 expected something true or false, found a number: compare it with something'],
    ['fast + 1', '8:15 expected something true or false, found a number: compare it with something'],
    ['fast > 1 and 7', '8:23 expected something true or false, found a number: compare it with something'],
    ['not fast', '8:14 expected something true or false, found a number: compare it with something'],
    ['(fast > 1) > 2', '8:16 expected a number, found something true or false (>)'],
    ['fast == not fast > 1', '8:18 expected a name, a number or (, found not'],
    ['1 < 2', '8:12 this reads no input, so it is always the same'],
    ['1 < fast < 2', '8:19 comparisons do not chain: join two of them with and'],
    ['fast crosses above 1 < 2', '8:31 comparisons do not chain: join two of them with and'],
    ['fast crosses 1', '8:15 write crosses above or crosses below'],
    ['fast > ', '8:16 expected a name, a number or (, found the end'],
    ['(fast > 1', '8:10 this ( is never closed'],
    ['fast > 1)', '8:18 expected and, or, or a comparison, found )'],
    ['(fast > 1 1)', '8:20 expected ), found 1'],
    ['fast > 1 fast', '8:19 expected and, or, or a comparison, found fast'],
    ['fast = 1', '8:15 "=" means nothing here: write == to compare'],
    ['fast > 1 && fast > 2', '8:19 "&" means nothing here: write and'],
    ['fast > 1e3', '8:17 not a number; write it like 30 or 0.25'],
    ['fast > 😀', '8:17 "😀" means nothing here'],
    ['and > 1', '8:10 expected a name, a number or (, found and'],
    [`${'('.repeat(40)}fast > 1${')'.repeat(40)}`, '8:43 nested more than 32 deep'],
    [`fast > ${'9'.repeat(400)}`, '8:17 a number beyond all bounds'],
    [`fast > ${'1+'.repeat(300)}1`, '8:415 the condition is too long: more than 400 words and signs'],
  ])('%s', (condition, expected) => {
    expect(problemsOf(withLine(8, `  short: ${condition}`))).toEqual([expected])
  })

  test.each([
    ['single quotes', "  short: 'fast > ''x'", '8:18 "\'" means nothing here'],
    [
      'double quotes with escapes',
      '  short: "fast\\t\\x3e\\n  slow"',
      '8:25 there is no input slow; known: price, fast, bands',
    ],
    [
      'a folded block',
      '  short: >-\n      fast > 1\n      and slow > 1',
      '10:11 there is no input slow; known: price, fast, bands',
    ],
    [
      'a literal block',
      '  short: | # why\n      fast > 1\n\n      and slow > 1',
      '11:11 there is no input slow; known: price, fast, bands',
    ],
    [
      'plain over two lines',
      '  short: fast > 1\n    and slow > 1',
      '9:9 there is no input slow; known: price, fast, bands',
    ],
    ['the end of a block', '  short: >\n    fast >\n', '9:11 expected a name, a number or (, found the end'],
    ['the end of quotes', '  short: "fast > "', '8:18 expected a name, a number or (, found the end'],
  ])('are placed in %s', (_, line, expected) => {
    expect(problemsOf(withLine(8, line))).toEqual([expected])
  })

  test('are bound from loose to tight: or, and, not, comparison, + -, * /, minus', () => {
    const text = 'not fast > 1 + 2 * -fast and fast < 3 or fast - 1 - 2 != 4'
    const { definition } = readStrategy(withLine(8, `  short: ${text}`))
    const fast = { op: 'value', slot: 0 }
    const number = (value: number) => ({ op: 'number', value })
    const product = { op: '*', left: number(2), right: { op: 'negate', of: fast } }
    const greater = { op: '>', left: fast, right: { op: '+', left: number(1), right: product } }
    const both = { op: 'and', left: { op: 'not', of: greater }, right: { op: '<', left: fast, right: number(3) } }
    const difference = { op: '-', left: { op: '-', left: fast, right: number(1) }, right: number(2) }
    expect(definition?.entry.short).toEqual({
      text,
      when: { op: 'or', left: both, right: { op: '!=', left: difference, right: number(4) } },
    })
  })
})

describe('warnings let the file run', () => {
  test.each([
    [
      'unused',
      withLine(4, '  fast: { ema: [10], of: price }\n  slow: { ema: [20], of: price }'),
      '5:3 warning: slow is not used by any condition',
    ],
    [
      'no way out',
      withLine(8, ''),
      '6:1 warning: nothing ever leaves a long: there is no exit.long and no entry.short',
    ],
    [
      'exit without entry',
      withLine(8, 'exit: { long: fast < 1, short: fast > 1 }'),
      '8:1 warning: exit.short never counts: there is no entry.short',
    ],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(text)).toEqual([expected])
    expect(readStrategy(text).definition).not.toBeNull()
  })
})

describe('indicators of indicators', () => {
  const file = (smooth: string) => `name: x
inputs:
  smooth: { ${smooth} }
  price: { role: a, timeframe: 1m }
  strength: { rsi: [14], of: price.high }
  trend: { macd: [], of: price }
  twice: { ema: [3], of: price }
entry: { long: smooth > 1 and twice > 1 }
exit: { long: smooth < 1 }
size: { quantity: 1 }
`
  const errorsOf = (smooth: string) => problemsOf(file(smooth)).filter((line) => !line.includes('not used'))

  test('say what they are computed of, wherever it stands; it need not be read itself', () => {
    expect(problemsOf(file('ema: [9], of: strength')).filter((line) => line.includes('strength'))).toEqual([])
    const { definition } = readStrategy(file('ema: [9], of: strength'))
    expect(definition?.indicators).toEqual([
      {
        series: 0,
        indicator: 'ema',
        params: [9],
        key: 'ema(9)@rsi(14)@high.value',
        from: { indicator: 'rsi', params: [14], input: 'high', output: 'value' },
      },
      { series: 0, indicator: 'ema', params: [3], key: 'ema(3)' },
    ])
  })

  test.each([
    ['ema: [9], of: trend.signal', []],
    ['ema: [9], of: trend', ['3:27 say which of trend.macd, trend.signal, trend.histogram']],
    ['ema: [9], of: trend.signl', ['3:27 say which of trend.macd, trend.signal, trend.histogram']],
    ['atr: [9], of: strength', ['3:18 atr(9): it reads high, low, close and cannot be computed of another indicator']],
    ['ema: [9], of: smooth', ['3:27 there is no series smooth; known: price']],
  ])('%s', (smooth, expected) => {
    expect(errorsOf(smooth)).toEqual(expected)
  })
})

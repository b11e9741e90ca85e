import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { crc32, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { checkLine } from '#lib/codec/check-line.ts'
import { describeShared, sharedDir } from '#test/shared.ts'
import { trader } from './trader.ts'

const root = mkdtempSync(join(tmpdir(), 'trader-md-'))
afterAll(() => rmSync(root, { recursive: true }))
const inRoot = (name: string) => join(root, name)

type Summary = { topics: Record<string, number>; leftOut: { rows: object }; how: string; isIntact: boolean }
async function summaryOf(args: readonly string[]): Promise<Partial<Summary>> {
  const { stdout, stderr, exitCode } = await trader(['md', ...args, '--json'])
  if (exitCode !== 0) throw new Error(`trader md ${args.join(' ')} ended with ${exitCode}: ${stderr}`)
  return JSON.parse(stdout as string)
}
const imported = (to: string, format: string, ...files: string[]) =>
  summaryOf([
    'import',
    ...files.map((file) => `${sharedDir}data/${file}`),
    ...['--format', ...format.split(' '), '--to', inRoot(to)],
  ])

/** SHA-256 of every file of a data set by name. */
const bytesOf = (dir: string) =>
  Object.fromEntries(
    (readdirSync(dir, { recursive: true, encoding: 'utf8' }) as string[])
      .filter((name) => statSync(join(dir, name)).isFile())
      .sort()
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(dir, name)))
          .digest('hex'),
      ]),
  )

describeShared('trader md import of recordings', () => {
  it('SPY daily: 5849 bars, and stat finds them as they were written', async () => {
    const { topics } = await imported('spy', 'lean', 'lean/equity/usa/daily/spy.zip')
    expect(topics).toEqual({ 'md.bar': 5849, 'md.instrument': 1 })
    expect(await summaryOf(['stat', inRoot('spy')])).toMatchObject({ topics, isIntact: true })
  })

  it('EUR/USD hourly: 69928 bars of the middle', async () => {
    const { topics } = await imported('eurusd', 'lean', 'lean/forex/fxcm/hour')
    expect(topics).toEqual({ 'md.bar': 69_928, 'md.instrument': 1 })
  })

  // Counted line by line with a script of its own; together they are the rows of MANIFEST.tsv.
  it.each([
    [
      'spot',
      ['spot/btcusdt_20240808.gz', 'spot/btcusdt_20240809.gz'],
      28_040 + 9757 + 45_134 + 10_147,
      3449 + 1 + 3044,
      12,
    ],
    ['usdm', ['usdm/btcusdt_20240808.gz'], 66_089 + 21_313, 6547 + 1, 7],
  ])(
    'the raw BTCUSDT capture of %s: every quote and trade is told, the updates that follow the snapshot, how many were before it, and that a clock is behind',
    async (market, files, ticks, depths, statuses) => {
      const paths = files.map((file) => `crypto-raw/binance-hftbacktest/${file}`)
      const { topics, leftOut } = await imported(`raw-${market}`, 'raw --venue binance', ...paths)
      expect(topics).toEqual({ 'md.tick': ticks, 'md.depth': depths, 'md.instrument': 1, 'md.status': statuses })
      expect(leftOut?.rows).toEqual({})
    },
  )
})

describe('trader md import', () => {
  const rows = 60_000
  const csv = inRoot('walk.csv')
  const line = (i: number) => `${1_600_000_000 + 60 * i},${100 + (i % 7)},110,90,${100 + (i % 5)},${i % 900}`
  writeFileSync(csv, `time,open,high,low,close,volume\n${Array.from({ length: rows }, (_, i) => line(i)).join('\n')}\n`)
  const args = (file: string, to: string) => {
    const columns = ['--format', 'csv', '--instrument', 'WALK.SIM', '--interval', '1m']
    return ['import', file, ...columns, '--to', inRoot(to)]
  }

  it('[MD-I11] killed again and again and run again, it ends with the bytes of an undisturbed one; twice is once', async () => {
    const { topics } = await summaryOf(args(csv, 'calm'))
    expect(topics).toEqual({ 'md.bar': rows, 'md.instrument': 1 })
    const calm = bytesOf(inRoot('calm'))
    const log = join(inRoot('killed'), 'md', '000000000001.jsonl')
    let interrupted = 0
    for (const bytes of [1, 3_000_000, 9_000_000]) {
      const run = trader(['md', ...args(csv, 'killed')])
      let hasEnded = false
      void run.then(() => {
        hasEnded = true
      })
      while (!hasEnded && !(existsSync(log) && statSync(log).size >= bytes)) await sleep(2)
      run.kill('SIGKILL')
      await run
      if (!existsSync(join(inRoot('killed'), 'manifest.json'))) interrupted++
    }
    expect(interrupted).toBeGreaterThan(0)
    // The last one may have come to its end before it was killed.
    const isWhole = existsSync(join(inRoot('killed'), 'manifest.json'))
    expect((await summaryOf(args(csv, 'killed'))).how).toBe(isWhole ? 'unchanged' : 'continued')
    expect(bytesOf(inRoot('killed'))).toEqual(calm)
    expect((await summaryOf(args(csv, 'killed'))).how).toBe('unchanged')
    expect(bytesOf(inRoot('killed'))).toEqual(calm)
  })

  it('[MD-I11] another import into a finished data set is refused, and where only the order of the files is another that is said', async () => {
    const [one, other] = [inRoot('one.csv'), inRoot('other.csv')]
    writeFileSync(one, `time,open,high,low,close,volume\n${line(0)}\n`)
    writeFileSync(other, `time,open,high,low,close,volume\n${line(1)}\n`)
    const of = (...files: string[]) => ['import', ...files, ...args('', 'ordered').slice(2)]
    await summaryOf(of(one, other))
    const [turned, less] = [await trader(['md', ...of(other, one)]), await trader(['md', ...of(one)])]
    expect([turned.exitCode, less.exitCode]).toEqual([2, 2])
    expect(turned.stderr).toContain('this folder holds another data set (of these very files in another order')
    expect(less.stderr).toContain('this folder holds another data set (give another folder')
  })

  it('[MD-I10] a broken line is one line with its place, exit 2, nothing is written; --skip-bad loses no other', async () => {
    const broken = inRoot('broken.csv')
    writeFileSync(broken, `time,open,high,low,close,volume\n${line(0)}\n${line(1)}\n1600000120,1,x,1,1,1\n${line(3)}\n`)
    const { stdout, stderr, exitCode } = await trader(['md', ...args(broken, 'broken')])
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 })
    expect(stderr).toContain(`${broken}:4: high is "x", expected a decimal number`)
    expect((stderr as string).trimEnd().split('\n')).toHaveLength(1)
    expect(existsSync(inRoot('broken'))).toBe(false)
    const { topics, leftOut } = await summaryOf([...args(broken, 'broken'), '--skip-bad'])
    expect(topics).toEqual({ 'md.bar': 3, 'md.instrument': 1 })
    expect(leftOut).toMatchObject({ badLines: 1 })
  })
})

describe('trader md generate and stat', () => {
  it('[MD-I13] the same seed is the same data set, another one is not; it is labelled simulated', async () => {
    const made = (seed: string, to: string) =>
      trader(['md', 'generate', '--seed', seed, '--ticks', '500', '--to', inRoot(to)])
    const { stdout } = await made('5', 'one')
    expect(stdout).toContain('(simulated)')
    expect((await made('5', 'two')).stdout).toBe(stdout)
    expect((await made('6', 'three')).stdout).not.toBe(stdout)
    expect(bytesOf(inRoot('two'))).toEqual(bytesOf(inRoot('one')))
  })

  it('says when a data set is not what was written, or none', async () => {
    await trader(['md', 'generate', '--seed', '5', '--bars', '50', '--to', inRoot('changed')])
    const log = join(inRoot('changed'), 'md', '000000000001.jsonl')
    writeFileSync(log, readFileSync(log, 'utf8').replace('"volume":"', '"volume":"1'))
    const changed = await trader(['md', 'stat', inRoot('changed')])
    expect(changed.exitCode).toBe(2)
    expect(changed.stderr).toContain(`${log}: event 2 is damaged`)
    const none = await trader(['md', 'stat', root])
    expect(none.exitCode).toBe(2)
    expect(none.stderr).toContain(`${root}: this folder holds no data set`)
  })
})

describe('trader md normalize and check', () => {
  const trade = (id: number, price: string) =>
    JSON.stringify({
      e: 'trade',
      E: 1723161253000,
      T: 1723161253000,
      s: 'BTCUSDT',
      t: id,
      p: price,
      q: '0.10',
      m: true,
    })
  const frames = [
    `1723161253100000000 ${trade(7, '61800.10')}`,
    `1723161253200000000 ${trade(8, '1e5')}`,
    `1723161253300000000 ${trade(10, '61800.20')}`,
  ]

  it('[MD-N1] [MD-N7] frames in, events out, each valid; a frame that cannot be read is a status, and the hole it leaves a gap', async () => {
    const [file, out] = [inRoot('frames.txt'), inRoot('events.jsonl')]
    writeFileSync(file, frames.join('\n'))
    const { exitCode, stderr } = await trader(['md', 'normalize', '--venue', 'Binance', '--in', file, '--out', out])
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    const events = readFileSync(out, 'utf8').trimEnd().split('\n')
    expect(events.map((line) => JSON.parse(line).topic)).toEqual([
      'md.instrument',
      'md.tick',
      'md.status',
      'md.gap',
      'md.tick',
      'md.gap',
    ])
    for (const nowhere of [inRoot('absent/events.jsonl'), '/dev/full']) {
      const failed = await trader(['md', 'normalize', '--venue', 'Binance', '--in', file, '--out', nowhere])
      expect([failed.exitCode, failed.stderr]).toEqual([2, expect.stringContaining('cannot be written: E')])
    }
    expect(events.map((line) => checkLine(line))).toEqual(events.map(() => ({ kind: 'valid' })))
    const checked = await trader(['md', 'check', out, '--json'])
    expect(JSON.parse(checked.stdout as string)).toMatchObject({
      timeGoesBack: 0,
      days: [
        { day: '2024-08-08', instrument: 'BTCUSDT.BINANCE', stream: 'trades', events: 2, gaps: 1, missing: 2, open: 0 },
      ],
    })
  })

  it('[MD-N7] [MD-N9] what is no price is told to nobody; without receipt times no clock is compared', async () => {
    const file = inRoot('hostile.txt')
    const book = (bid: string) =>
      JSON.stringify({
        stream: 'btcusdt@bookTicker',
        data: { u: 7, s: 'BTCUSDT', b: bid, B: '1', a: '61800.2', A: '1' },
      })
    const sold = (id: number, size: string) => trade(id, '61800.10').replace(/"q":"[^"]*"/, `"q":"${size}"`)
    const told = ['-5', '0', '0.00', '-0'].map((price, i) => trade(7 + i, price))
    writeFileSync(file, [...told, sold(11, '0'), book('-1'), book('0.0'), trade(12, '61800.10')].join('\n'))
    const { stdout } = await trader(['md', 'normalize', '--venue', 'binance', '--in', file, '--out', '-'])
    const facts = (stdout as string)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(facts.filter(({ topic }) => topic === 'md.tick').map(({ payload }) => payload.price)).toEqual(['61800.10'])
    const codes = facts.flatMap(({ topic, payload }) => (topic === 'md.status' ? [payload.code] : []))
    expect(codes).toEqual(Array(7).fill('bad_frame'))
  })

  it('[MD-N7c] of frames of another venue nothing is read: exit 1, and a line that says so', async () => {
    const file = inRoot('kraken.txt')
    writeFileSync(
      file,
      frames.map((line) => line.replace(/ .*/, ' {"channel":"book","data":[{"symbol":"BTC/USD"}]}')).join('\n'),
    )
    for (const venue of ['binance', 'deribit', 'ccxt-kraken']) {
      const { exitCode, stderr } = await trader(['md', 'normalize', '--venue', venue, '--in', file, '--out', '-'])
      expect([exitCode, stderr]).toEqual([
        1,
        expect.stringContaining(`nothing of the market could be read: are these frames of ${venue}?`),
      ])
    }
  })

  it('[MD-N7c] [MD-N7d] of an empty file, and of one that is cut, it ends with 1 and one line that says so, and so does a check', async () => {
    const [empty, cut, out, events] = [inRoot('empty.gz'), inRoot('cut.gz'), inRoot('cut.jsonl'), inRoot('events.gz')]
    const ends = async (...args: string[]) => {
      const { exitCode, stderr, stdout } = await trader(['md', ...args])
      return [exitCode, `${stderr}${stdout}`]
    }
    const normalize = (file: string) => ends('normalize', '--venue', 'binance', '--in', file, '--out', out)
    writeFileSync(empty, '')
    expect(await normalize(empty)).toEqual([1, expect.stringContaining('nothing of the market is in it')])
    expect(await ends('check', empty)).toEqual([1, expect.stringContaining('it holds no events of the market')])
    const many = Array.from(
      { length: 30_000 },
      (_, i) => `${1723161253100000000n + BigInt(i) * 1_000n} ${trade(i, '61800.10')}`,
    )
    const halfOf = (text: string) => gzipSync(text).subarray(0, -1_000)
    writeFileSync(cut, halfOf(many.join('\n')))
    expect(await normalize(cut)).toEqual([
      1,
      expect.stringMatching(/lost: .*cut.gz:\d+: the file is cut: what comes behind is missing\n/),
    ])
    const told = readFileSync(out, 'utf8')
    expect(told.trimEnd().split('\n').length).toBeGreaterThan(20_000)
    writeFileSync(events, halfOf(told))
    expect(await ends('check', events)).toEqual([1, expect.stringMatching(/events.gz:\d+: the file is cut/)])
    expect(await ends('import', cut, '--format', 'raw', '--venue', 'binance', '--to', inRoot('cut-set'))).toEqual([
      2,
      expect.stringMatching(/cut.gz:\d+: the file is cut/),
    ])
    const skipping = ['--format', 'raw', '--venue', 'binance', '--skip-bad', '--to', inRoot('cut-set')]
    expect(await ends('import', cut, ...skipping)).toEqual([
      1,
      expect.stringMatching(/lost: .*cut.gz:\d+: the file is cut: what comes behind is missing\n/),
    ])
    const { topics } = JSON.parse(readFileSync(join(inRoot('cut-set'), 'manifest.json'), 'utf8')) as Summary
    expect(topics['md.tick']).toBeGreaterThan(20_000)
  })

  it('[MD-R3] a check of refused frames and of times that are none ends with 1 and counts them', async () => {
    const file = inRoot('bad.txt')
    const lines = Array.from({ length: 30 }, (_, i) => `${1_723_161_253 + i}100000000 ${trade(i, '61800.10')}`)
    writeFileSync(file, lines.join('\n').replace(/\n1723161260/, '\n2723161260'))
    const out = inRoot('bad.jsonl')
    expect((await trader(['md', 'normalize', '--venue', 'binance', '--in', file, '--out', out])).exitCode).toBe(0)
    const checked = await trader(['md', 'check', out])
    expect([checked.exitCode, checked.stdout]).toEqual([1, expect.stringContaining('1 times could not be believed')])
    writeFileSync(file, [...lines, `${1_723_161_290}100000000 ${trade(30, '-1')}`].join('\n'))
    await trader(['md', 'normalize', '--venue', 'binance', '--in', file, '--out', out])
    const refused = await trader(['md', 'check', out])
    expect([refused.exitCode, refused.stdout]).toEqual([1, expect.stringContaining('1 frames could not be read')])
    writeFileSync(file, lines.join('\n'))
    await trader(['md', 'normalize', '--venue', 'binance', '--in', file, '--out', out])
    expect((await trader(['md', 'check', out])).exitCode).toBe(0)
  })

  it('[MD-R3] [MD-N11] a check of a book that lost a change ends with 1 and names it, the instant and the update', async () => {
    const out = inRoot('book.jsonl')
    const depth = (kind: 'snapshot' | 'delta', n: number, bidSize: string, checksum?: number) => ({
      at: 1_723_161_253_000_000 + n * 1_000_000,
      topic: 'md.depth',
      payload: {
        ...{ kind, instrument: 'BTCUSDT.BINANCE', bids: [[`${100 + n}`, bidSize]], asks: [], checksum },
        ...{ firstSequence: n, lastSequence: n },
      },
    })
    const all = [
      depth('snapshot', 1, '2', crc32('101:2|')),
      depth('delta', 2, '3'),
      depth('delta', 3, '1', crc32('103:1,102:3,101:2|')),
    ]
    const check = async (facts: readonly object[]) => {
      writeFileSync(out, facts.map((fact) => JSON.stringify(fact)).join('\n'))
      return trader(['md', 'check', out])
    }
    expect((await check(all)).exitCode).toBe(0)
    const { exitCode, stdout } = await check(all.filter(({ payload }) => payload.lastSequence !== 2))
    expect([exitCode, stdout]).toEqual([
      1,
      expect.stringContaining(
        `2024-08-08T23:54:16.000Z: the book of BTCUSDT.BINANCE behind update 3 has the checksum ${crc32('103:1,101:2|')}, where ${crc32('103:1,102:3,101:2|')} was told`,
      ),
    ])
  })

  it('bad input is one line with its place, and exit 2', async () => {
    writeFileSync(inRoot('other.txt'), 'hello\n')
    const ends = async (...args: string[]) => {
      const { exitCode, stderr } = await trader(['md', ...args])
      return [exitCode, (stderr as string).trimEnd().split('\n').length, stderr]
    }
    const normalize = (venue: string, file: string) => ends('normalize', '--venue', venue, '--in', file, '--out', '-')
    expect(await normalize('binance', inRoot('other.txt'))).toEqual([
      2,
      1,
      expect.stringContaining('other.txt:1: is no recording'),
    ])
    expect(await normalize('binance', inRoot('absent.txt'))).toEqual([
      2,
      1,
      expect.stringContaining('there is no such file'),
    ])
    expect(await normalize('nowhere', inRoot('other.txt'))).toEqual([
      2,
      1,
      expect.stringContaining('there is no venue'),
    ])
    expect(await ends('check', inRoot('other.txt'))).toEqual([
      2,
      1,
      expect.stringContaining('other.txt:1: is not JSON'),
    ])
    expect(await ends('rebuild', root, '--venue', 'binance')).toEqual([
      2,
      1,
      expect.stringContaining('holds no raw frames'),
    ])
  })
})

describe('trader md import of CSV files of several instruments', () => {
  const closes = (name: string, ...prices: number[]) => {
    const rows = prices.map((price, i) => `2024-01-0${i + 1},${price},${price},${price},${price},1\n`)
    writeFileSync(inRoot(name), `time,open,high,low,close,volume\n${rows.join('')}`)
    return inRoot(name)
  }
  const given = (...instruments: string[]) => [
    ...['import', closes('ko.csv', 1, 2), closes('pep.csv', 3, 4), '--format', 'csv', '--interval', '1d'],
    ...instruments.flatMap((one) => ['--instrument', one]),
  ]

  it('puts each under its own into one data set, in order of time', async () => {
    const { topics } = await summaryOf([...given('KO.NYSE', 'PEP.NYSE'), '--to', inRoot('pair')])
    expect(topics).toEqual({ 'md.bar': 4, 'md.instrument': 2 })
    const { stdout } = await trader(['md', ...given('KO.NYSE', 'PEP.NYSE'), '--to', inRoot('pair')])
    expect(stdout).toContain('PEP.NYSE')
  })

  it('says how many instruments and files there are when they do not fit', async () => {
    const { stderr, exitCode } = await trader(['md', ...given('A.X', 'B.X', 'C.X'), '--to', inRoot('none')])
    expect([exitCode, existsSync(inRoot('none'))]).toEqual([2, false])
    expect(stderr).toContain('3 instruments of 2 files')
  })
})

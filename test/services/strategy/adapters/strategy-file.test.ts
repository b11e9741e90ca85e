import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UserError } from '#lib/terminal/user-error.ts'
import { bindStrategy, readStrategyFile, type StrategyFile } from '#services/strategy/adapters/strategy-file.ts'
import { watchStrategyFiles } from '#services/strategy/adapters/watch-strategy-files.ts'
import { strategy } from '#services/strategy/service.ts'

const text = readFileSync('strategies/ema-cross.yaml', 'utf8')
const broken = text.replace('slow:', 'slwo:')
let dir: string
let file: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'strategy-'))
  file = join(dir, 'ema-cross.yaml')
  writeFileSync(file, text)
})
afterEach(() => rmSync(dir, { recursive: true }))

describe('a strategy file', () => {
  test('is read with the hash of its bytes, and bound it is a configuration of the service', () => {
    const read = readStrategyFile(file)
    expect(read.hash).toBe(createHash('sha256').update(readFileSync(file)).digest('hex'))
    const bound = bindStrategy(read, { underlying: 'SPY.USA', other: 'QQQ.USA' })
    expect(bound.roles).toEqual({ underlying: 'SPY.USA' })
    const config = JSON.parse(JSON.stringify({ strategies: [bound] }))
    expect(strategy.config.parse(config)).toEqual(config)
  })

  test('with errors cannot be bound: the first is named with its place, and how many more there are', () => {
    writeFileSync(file, broken)
    const bind = () => bindStrategy(readStrategyFile(file), { underlying: 'SPY.USA' })
    expect(bind).toThrow(UserError)
    expect(caught(bind)).toMatchObject({
      file,
      line: 9,
      column: 28,
      hint: `and 1 more; see: trader strategy check ${file}`,
    })
  })

  test('cannot be bound without an instrument for a role that it reads', () => {
    expect(caught(() => bindStrategy(readStrategyFile(file), {}))).toMatchObject({
      file,
      message: 'ema-cross reads the role underlying, and no instrument is named for it',
      hint: 'name one, as in underlying=BTCUSDT.BINANCE',
    })
  })

  test('that is not there, or is a directory, is a mistake of the user', () => {
    expect(caught(() => readStrategyFile(join(dir, 'no.yaml')))).toMatchObject({ message: 'there is no such file' })
    expect(caught(() => readStrategyFile(dir))).toMatchObject({ message: 'this is a directory' })
    expect(caught(() => readStrategyFile('/dev/zero'))).toMatchObject({ message: 'this is no file' })
    const large = join(dir, 'large.yaml')
    writeFileSync(large, '')
    truncateSync(large, 3 * 2 ** 30)
    expect(readStrategyFile(large)).toMatchObject({ definition: null, problems: [{ line: 1, column: 1 }] })
  })
})

describe('a watched strategy file', () => {
  test('tells of new bytes, of errors in them and of its end, also when it is replaced; never of the same bytes', async () => {
    const heard: (StrategyFile | UserError)[] = []
    const next = async () => {
      const before = heard.length
      await expect.poll(() => heard.length, { timeout: 3000 }).toBe(before + 1)
      return heard.at(-1)
    }
    const changes = { changed: (one: StrategyFile) => heard.push(one), unreadable: (one: UserError) => heard.push(one) }
    const watching = watchStrategyFiles([readStrategyFile(file)], changes, 20)
    try {
      writeFileSync(file, text)
      writeFileSync(file, `${text}zone: Europe/Berlin\n`)
      expect(await next()).toMatchObject({ definition: { zone: 'Europe/Berlin' }, problems: [] })

      writeFileSync(join(dir, 'new'), broken)
      renameSync(join(dir, 'new'), file)
      expect(await next()).toMatchObject({ definition: null, problems: [{ line: 9 }, { line: 10 }] })

      rmSync(file)
      expect(await next()).toBeInstanceOf(UserError)
      writeFileSync(file, text)
      expect(await next()).toMatchObject({ definition: { name: 'ema-cross' } })
      writeFileSync(join(dir, 'neighbour.yaml'), text)
    } finally {
      watching.close()
    }
    writeFileSync(file, broken)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(heard).toHaveLength(4)
  })
})

function caught(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

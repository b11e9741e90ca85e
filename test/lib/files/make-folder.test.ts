import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeFolder } from '#lib/files/make-folder.ts'
import { trader } from '#test/process/trader.ts'

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'trader-folder-'))
})
afterAll(() => rmSync(root, { recursive: true }))

it('makes a folder and those above it, and leaves one that is there', () => {
  const deep = join(root, 'a', 'b', 'c')
  makeFolder(deep, 0o700)
  makeFolder(`${deep}/`)
  expect(statSync(join(root, 'a')).mode & 0o777).toBe(0o700)
  symlinkSync(deep, join(root, 'link'))
  makeFolder(join(root, 'link', 'd'))
  expect(statSync(join(deep, 'd')).isDirectory()).toBe(true)
})

it('where there can be none, says so in one line', () => {
  const file = join(root, 'file')
  writeFileSync(file, '')
  expect(() => makeFolder(file)).toThrow(expect.objectContaining({ message: 'is no folder', file }))
  expect(() => makeFolder(join(file, 'x', 'y'))).toThrow(expect.objectContaining({ message: 'is no folder', file }))
  const long = join(root, 'n'.repeat(300))
  expect(() => makeFolder(long)).toThrow('the folder cannot be made: ENAMETOOLONG')
  symlinkSync(join(root, 'nowhere'), join(root, 'dangling'))
  expect(() => makeFolder(join(root, 'dangling', 'x'))).toThrow('is no folder')
})

it.skipIf(!existsSync('/proc/self'))(
  'a folder that takes no other ends a command at once',
  { timeout: 60_000 },
  async () => {
    const data = ['md', 'generate', '--seed', '7', '--bars', '500', '--interval', '1d', '--to']
    expect(await trader([...data, join(root, 'data')])).toMatchObject({ exitCode: 0 })
    const backtest = ['backtest', 'strategies/ema-cross.yaml', '--data', join(root, 'data'), '--id', 'x', '--runs']
    const file = join(root, 'file')
    writeFileSync(file, '')
    for (const args of [
      [...data, '/proc/x/y'],
      ['keys', 'init', '--keys', '/proc/x'],
      [...backtest, '/proc/y'],
      [...backtest, '/proc'],
      ['log', '--port', '0', '--folder', '/proc/x'],
      ['log', '--port', '0', '--folder', file],
    ]) {
      const { exitCode, stderr } = await trader(args, { timeout: 20_000 })
      expect([exitCode, stderr]).toEqual([
        2,
        expect.stringMatching(/^\S+: (?:is no folder|the folder cannot be made: ENOENT)\n$/),
      ])
    }
  },
)

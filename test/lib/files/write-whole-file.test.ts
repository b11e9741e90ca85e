import { execFileSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openWholeFile, writeWholeFile } from '#lib/files/write-whole-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'trader-whole-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a file is there whole, or as it was', () => {
  const file = join(folder, 'plain')
  writeWholeFile(file, 'one')
  const next = openWholeFile(file)
  next.write('tw')
  expect(readFileSync(file, 'utf8')).toBe('one')
  next.drop()
  expect(readdirSync(folder)).toEqual(['plain'])
  writeWholeFile(file, 'two')
  expect(readFileSync(file, 'utf8')).toBe('two')
})

test('a link stays one: what it names is written', () => {
  const [target, link] = [join(folder, 'target'), join(folder, 'link')]
  writeFileSync(target, 'old')
  symlinkSync(target, link)
  writeWholeFile(link, 'new')
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  expect(readFileSync(target, 'utf8')).toBe('new')
})

test('a pipe stays a pipe, and what is written comes out of it', async () => {
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const said = execFileSync(
    'sh',
    ['-c', `cat "$0" & "$1" --input-type=module -e "$2" "$0"; wait`, pipe, process.execPath, script],
    {
      encoding: 'utf8',
      cwd: join(import.meta.dirname, '../../..'),
    },
  )
  expect(said).toBe('through')
  expect(lstatSync(pipe).isFIFO()).toBe(true)
})
const script = `const { writeWholeFile } = await import('#lib/files/write-whole-file.ts'); writeWholeFile(process.argv[1], 'through')`

test('what cannot be written is told by its name, and leaves nothing', () => {
  expect(() => writeWholeFile(join(folder, 'no', 'place'), 'x')).toThrow('cannot be written: ENOENT')
  expect(() => writeWholeFile(folder, 'x')).toThrow('cannot be written: EISDIR')
  expect(existsSync(folder)).toBe(true)
})

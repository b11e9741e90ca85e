import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { fileLines } from '#lib/files/file-lines.ts'

const root = mkdtempSync(join(tmpdir(), 'trader-unreadable-'))
afterAll(() => rmSync(root, { recursive: true }))

test.each([
  ['missing.csv', null, 'there is no such file'],
  ['', null, 'cannot be read: EISDIR'],
  [
    'cut.zst',
    zstdCompressSync(Buffer.from('a line\n'.repeat(99))).subarray(0, -4),
    'cannot be read: the file is cut: what comes behind is missing',
  ],
  ['cut.gz', gzipSync('a line\n'.repeat(99)).subarray(0, 20), expect.stringMatching(/^cannot be read: [a-z ]+/)],
])('what a user hears of %j: one line with the file', (name, bytes, message) => {
  const file = join(root, name)
  if (bytes !== null) writeFileSync(file, bytes)
  expect(() => [...fileLines(file)]).toThrow(expect.objectContaining({ name: 'UserError', file, message }))
})

import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { watchFileAt } from '#lib/files/watch-file.ts'

let folder: string
let told: number
let watching: { close(): void } | null = null
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'trader-watch-')))
  told = 0
  for (const name of ['one', 'two']) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'a.yaml'), name)
  }
})
afterEach(() => {
  watching?.close()
  rmSync(folder, { recursive: true })
})

const watchThat = (...path: readonly string[]) => {
  const changed = () => void told++
  watching = watchFileAt(join(folder, ...path), { changed, lost: () => undefined }, 10)
}
const isTold = () => expect.poll(() => told, { timeout: 10_000 }).toBeGreaterThan(0)
/** Those that look from time to time have looked. */
const looked = () => new Promise((done) => setTimeout(done, 1_200))

test('a file that is written, or replaced by another', async () => {
  watchThat('one', 'a.yaml')
  writeFileSync(join(folder, 'one', 'a.yaml'), 'new')
  await isTold()
  told = 0
  renameSync(join(folder, 'two', 'a.yaml'), join(folder, 'one', 'a.yaml'))
  await isTold()
})

test('what a link leads to: the file there, and another where the link is swapped', async () => {
  symlinkSync(join('one', 'a.yaml'), join(folder, 'linked.yaml'))
  watchThat('linked.yaml')
  await looked()
  writeFileSync(join(folder, 'one', 'a.yaml'), 'new')
  await isTold()
})

test('a link on the way that leads elsewhere now', async () => {
  symlinkSync('one', join(folder, 'current'))
  watchThat('current', 'a.yaml')
  await looked()
  symlinkSync('two', join(folder, 'next'))
  renameSync(join(folder, 'next'), join(folder, 'current'))
  await isTold()
})

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { repository, trader } from '#test/process/trader.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trader-tls-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (...args: string[]) => trader(args, { cwd: folder })

it('[R18] a tree whose router listens beyond this machine comes up, is asked and halted over TLS, and is proved', async () => {
  const text = readFileSync(join(repository, 'examples', 'seeded.yaml'), 'utf8')
    .replaceAll('../strategies', join(repository, 'strategies'))
    .replaceAll('file: fast-cross', `file: ${join(repository, 'examples', 'fast-cross')}`)
    .replace('host: 127.0.0.1, port: 7411', 'host: 0.0.0.0, port: 0')
  writeFileSync(join(folder, 'tree.yaml'), text)
  expect(text).toContain('0.0.0.0')
  const early = await run('up', '--topology', 'tree.yaml')
  expect(early).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('trader keys issue') })
  expect(await run('keys', 'ca')).toMatchObject({ exitCode: 0 })
  expect(await run('keys', 'issue', '--host', 'trader.lan')).toMatchObject({ exitCode: 0 })
  const tree = run('up', '--topology', 'tree.yaml')
  const statusOf = async () => JSON.parse(String((await run('status', '--run', 'seeded', '--json')).stdout))
  await expect
    .poll(async () => (await statusOf()).processes?.map(({ state }: { state: string }) => state), {
      timeout: 50_000,
      interval: 500,
    })
    .toEqual(Array(11).fill('ready'))
  expect((await statusOf()).head).toBeGreaterThan(0)
  const halted = await run('halt', '--run', 'seeded', '--yes', '--reason', 'drill')
  expect(halted).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('halted') })
  tree.kill('SIGTERM')
  await tree
  expect(await run('verify', 'seeded')).toMatchObject({ exitCode: 0 })
}, 90_000)

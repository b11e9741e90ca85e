import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lineOf, openLine } from '#lib/journal/log-line.ts'
import { trader } from '#test/process/trader.ts'
import { contentHash, LiveTree, removeFolder, walkFolder, walkTopology } from '#test/process/tree.ts'

let folder = ''
beforeAll(async () => {
  folder = await walkFolder(600)
})
afterAll(() => removeFolder(folder))

const backtest = async (id: string) => {
  const money = ['--cash', '1000000', '--taker-bps', '1']
  const { stdout } = await trader(['backtest', 'cross.yaml', '--data', 'data', ...money, '--id', id, '--json'], {
    cwd: folder,
  })
  return JSON.parse(stdout as string) as {
    manifest: { contentHash: string; events: number }
    result: { fills: number }
  }
}
const verify = (run: string) => trader(['verify', run, '--json'], { cwd: folder })

test('the same backtest twice, and a tree of processes in lockstep, write the same log; each is proven', async () => {
  const { manifest, result } = await backtest('one')
  expect(result.fills).toBeGreaterThan(10)
  expect((await backtest('two')).manifest.contentHash).toBe(manifest.contentHash)
  const tree = new LiveTree(folder, 'steps', walkTopology(folder, 'steps', { lockstep: true }))
  await tree.drained(200)
  expect(await tree.stop()).toBe(0)
  expect(contentHash(tree.log)).toBe(manifest.contentHash)
  for (const run of ['one', 'steps']) {
    const { exitCode, stdout } = await verify(run)
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout as string)).toMatchObject({ isProven: true, events: manifest.events, unanswered: 0 })
  }
}, 120_000)

test('verify names the event, the field and both values of a digit that was changed', async () => {
  await backtest('changed')
  const [file = ''] = globSync(join(folder, 'runs/changed/log/order/*/*.jsonl'))
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const at = lines.findIndex((line) => line.includes('"topic":"order.fill"'))
  const { seq, content } = openLine(lines[at] as string, Number(/"seq":(\d+)/.exec(lines[at] as string)?.[1]))
  const price = /"price":"([^"]+)"/.exec(content)?.[1] as string
  const changed = content.replace(`"price":"${price}"`, `"price":"${price}1"`)
  writeFileSync(file, `${lines.with(at, lineOf(changed, 0)).join('\n')}\n`)
  const { exitCode, stdout } = await verify('changed')
  expect(exitCode).toBe(1)
  const { divergence } = JSON.parse(stdout as string)
  expect(divergence).toMatchObject({ service: 'venue', field: 'payload.price', recorded: `${price}1`, said: price })
  expect(divergence.event).toBe(JSON.parse(content).id)
  expect(seq).toBeGreaterThan(0)
})

import { cpSync, existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lineOf, openLine } from '#lib/journal/log-line.ts'
import { isGone } from '#test/compose/gone.ts'
import { trader } from '#test/process/trader.ts'
import { contentHash, removeFolder, walkFolder } from '#test/process/tree.ts'

let folder = ''
beforeAll(async () => {
  folder = await walkFolder(600)
})
afterAll(() => removeFolder(folder))

const money = ['--cash', '1000000', '--taker-bps', '1']
const backtest = async (id: string, ...flags: string[]) => {
  const { exitCode, stdout, stderr } = await trader(
    ['backtest', 'cross.yaml', '--data', 'data', ...money, '--id', id, '--json', ...flags],
    { cwd: folder },
  )
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
  return JSON.parse(stdout as string) as {
    manifest: { contentHash: string; configHash: string; events: number }
    result: { fills: number }
  }
}
const verify = (run: string) => trader(['verify', run, '--json'], { cwd: folder })

test('the same backtest twice, and as a tree of processes in lockstep, writes the same log and result; each is proven', async () => {
  const one = await backtest('one')
  expect(one.result.fills).toBeGreaterThan(10)
  const two = await backtest('two')
  const steps = await backtest('steps', '--lockstep')
  for (const [run, other] of [
    ['two', two],
    ['steps', steps],
  ] as const) {
    expect(other.manifest).toEqual({ ...one.manifest, run })
    expect(other.result).toEqual(one.result)
  }
  const file = (run: string, name: string) => readFileSync(join(folder, 'runs', run, name), 'utf8')
  for (const name of ['trades.csv', 'equity.csv', 'result.json']) expect(file('steps', name)).toBe(file('one', name))
  expect(contentHash(join(folder, 'runs/steps/log'))).toBe(one.manifest.contentHash)
  for (const run of ['one', 'steps']) {
    const { exitCode, stdout } = await verify(run)
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout as string)).toMatchObject({ isProven: true, events: one.manifest.events, unanswered: 0 })
  }
}, 120_000)

test('in lockstep, stopped by Ctrl+C: it ends with 130, nothing runs on, and the part is proven', async () => {
  const run = trader(['backtest', 'cross.yaml', '--data', 'data', ...money, '--id', 'part', '--lockstep'], {
    cwd: folder,
  })
  const tree = join(folder, 'runs/part/log/tree.json')
  const pids = () =>
    (JSON.parse(readFileSync(tree, 'utf8')).processes as { pid: number | null }[]).map(({ pid }) => pid)
  while (!existsSync(tree) || pids().some((pid) => pid === null)) await sleep(20)
  const running = pids() as number[]
  expect(running).toHaveLength(11)
  run.kill('SIGINT')
  const { exitCode, stderr } = await run
  expect(exitCode).toBe(130)
  expect(stderr).toContain('trader: stopped before its end')
  expect(running.filter((pid) => !isGone(pid))).toEqual([])
  expect(existsSync(join(folder, 'runs/part/manifest.json'))).toBe(false)
  expect((await verify('part')).exitCode).toBe(0)
}, 60_000)

test('[MD-I20] over a data set that lacks events it ends with 2 and one line that names the file, at once, in lockstep too', async () => {
  cpSync(join(folder, 'data'), join(folder, 'cut'), { recursive: true })
  const file = join(folder, 'cut/md/000000000001.jsonl')
  const lines = readFileSync(file, 'utf8').split(/(?<=\n)/)
  writeFileSync(file, lines.slice(0, 300).join(''))
  for (const flags of [[], ['--lockstep']]) {
    const args = ['backtest', 'cross.yaml', '--data', 'cut', ...money, '--id', `cut${flags.length}`, ...flags]
    const { exitCode, stderr } = await trader(args, { cwd: folder })
    expect({ exitCode, lines: String(stderr).trim().split('\n').length }).toEqual({ exitCode: 2, lines: 1 })
    expect(stderr).toContain(`cut/md/000000000001.jsonl: events 301 to ${lines.length} are missing`)
  }
}, 60_000)

test('verify names the event, the field and both values of a digit that was changed', async () => {
  await backtest('changed')
  const [file = ''] = globSync(join(folder, 'runs/changed/log/order/*/*.jsonl'))
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const at = lines.findIndex((line) => line.includes('"topic":"order.fill"'))
  const { seq, content } = openLine(lines[at] as string, Number(/"seq":(\d+)/.exec(lines[at] as string)?.[1]))
  const price = /"price":"([^"]+)"/.exec(content)?.[1] as string
  const changed = content.replace(`"price":"${price}"`, `"price":"${price}1"`)
  writeFileSync(file, `${lines.with(at, lineOf(changed, { durable: 0 })).join('\n')}\n`)
  const { exitCode, stdout } = await verify('changed')
  expect(exitCode).toBe(1)
  const { divergence } = JSON.parse(stdout as string)
  expect(divergence).toMatchObject({ service: 'venue', field: 'payload.price', recorded: `${price}1`, said: price })
  expect(divergence.event).toBe(JSON.parse(content).id)
  expect(seq).toBeGreaterThan(0)
})

test('verify of a damaged log ends with 1: the run is not proven, and where the damage is', async () => {
  await backtest('damaged')
  const [file = ''] = globSync(join(folder, 'runs/damaged/log/order/*/*.jsonl'))
  const bytes = readFileSync(file)
  const middle = bytes.length >> 1
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle)
  writeFileSync(file, bytes)
  const { exitCode, stdout } = await verify('damaged')
  expect(exitCode).toBe(1)
  const fault = { file: expect.stringContaining('.jsonl'), message: expect.stringMatching(/^event \d+ is damaged/) }
  expect(JSON.parse(stdout as string)).toMatchObject({ run: 'damaged', isProven: false, fault })
  const forPeople = await trader(['verify', 'damaged'], { cwd: folder })
  expect(forPeople).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/^not proven: .*jsonl.*damaged.*\n$/) })
  expect((await trader(['verify', 'nosuch'], { cwd: folder })).exitCode).toBe(2)
})

test('verify does not prove what a service never answered, whoever wrote it into the log as a fact', async () => {
  const { manifest } = await backtest('added')
  const [file = ''] = globSync(join(folder, 'runs/added/log/order/*/*.jsonl'))
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const fill = lines.find((line) => line.includes('"topic":"order.fill"')) as string
  const { content } = openLine(fill, Number(/"seq":(\d+)/.exec(fill)?.[1]))
  for (const source of ['venue', 'venue-binance']) {
    const event = { ...JSON.parse(content), seq: manifest.events + 1, id: `${source}:e1.9`, source, cause: null }
    writeFileSync(file, `${[...lines, lineOf(JSON.stringify(event), { durable: 0 })].join('\n')}\n`)
    const { exitCode, stdout } = await verify('added')
    expect(exitCode).toBe(1)
    const divergence = { service: 'venue', event: event.id, field: 'cause', recorded: null, said: 'an answer' }
    expect(JSON.parse(stdout as string)).toMatchObject({ isProven: false, divergence })
  }
  const nothing = {
    ...JSON.parse(content),
    seq: manifest.events + 1,
    id: 'md-feed:e9.9',
    source: 'md-feed',
    cause: null,
  }
  const bar = { ...nothing, topic: 'md.bar', payload: { x: 1 } }
  writeFileSync(file, `${[...lines, lineOf(JSON.stringify(bar), { durable: 0 })].join('\n')}\n`)
  const { exitCode, stdout, stderr } = await trader(['verify', 'added'], { cwd: folder })
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' })
  expect(stdout).toMatch(/^not proven: runs\/added\/log: event \d+ is not what md\.bar is: payload\.instrument .*\n$/)
})

test('verify compares what stands beside the log with what the log says', async () => {
  const { manifest } = await backtest('beside')
  const path = (name: string) => join(folder, 'runs/beside', name)
  const whole = Object.fromEntries(
    ['manifest.json', 'result.json', 'trades.csv', 'equity.csv'].map((name) => [
      name,
      readFileSync(path(name), 'utf8'),
    ]),
  )
  const faultsWith = async (name: string, text: string) => {
    writeFileSync(path(name), text)
    const { exitCode, stdout, stderr } = await verify('beside')
    writeFileSync(path(name), whole[name] as string)
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' })
    return (JSON.parse(stdout as string) as { faults: string[] }).faults
  }
  expect(await faultsWith('result.json', `${whole['result.json']} `)).toEqual(['result.json is not what the log says'])
  expect(await faultsWith('trades.csv', 'time\n')).toEqual(['trades.csv is not what the log says'])
  expect(await faultsWith('manifest.json', '{')).toEqual(['manifest.json is no manifest of a backtest'])
  const other = '0'.repeat(64)
  const changed = {
    ...manifest,
    events: 7,
    configHash: other,
    contentHash: other,
    strategies: [{ file: 'x', hash: other }],
  }
  expect(await faultsWith('manifest.json', JSON.stringify(changed))).toEqual([
    expect.stringContaining(`events 7, the log ${manifest.events}`),
    expect.stringContaining(`contentHash ${other}, the log ${manifest.contentHash}`),
    expect.stringContaining(`configHash ${other}, the log ${manifest.configHash}`),
    expect.stringContaining(`strategies ${other}, the log `),
  ])
  expect((await verify('beside')).exitCode).toBe(0)
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it } from 'vitest'
import type { ChildFailure, ChildSpec } from '#lib/process/supervised-child.ts'
import { Supervisor } from '#lib/process/supervisor.ts'
import { isGone } from '#test/compose/gone.ts'

const onStop =
  'process.on("disconnect", () => process.exit()); process.on("SIGTERM", () => process.exit(0)); setInterval(() => 0, 1e6);'
const isReady = `process.send({ state: "ready" }); ${onStop}`

const child = (name: string, code: string, more: Partial<ChildSpec> = {}): ChildSpec => ({
  name,
  args: () => ['-e', code],
  startStage: 0,
  stopStage: 0,
  isVital: true,
  ...more,
})

const started: Supervisor[] = []
function supervise(specs: readonly ChildSpec[], graceMs = 5_000, beatMs = 5_000) {
  const said: string[] = []
  const talk: string[] = []
  const failures: ChildFailure[] = []
  const supervisor = new Supervisor(specs, {
    self: { file: process.execPath, args: [] },
    graceMs,
    beatMs,
    onState: ({ spec, state }) => said.push(`${spec.name} ${state}`),
    onTalk: (name, line) => talk.push(`${name}: ${line}`),
    onFailure: (failure) => failures.push(failure),
  })
  started.push(supervisor)
  return { supervisor, said, talk, failures }
}
afterEach(async () => {
  for (const supervisor of started.splice(0)) {
    supervisor.kill()
    await supervisor.stop()
  }
})

describe('the supervisor', () => {
  it('starts stage by stage and ends stage by stage', async () => {
    const { supervisor, said } = supervise([
      child('log', isReady, { startStage: 0, stopStage: 2 }),
      child('router', isReady, { startStage: 1, stopStage: 1 }),
      child('md', isReady, { startStage: 2, stopStage: 0 }),
    ])
    expect(await supervisor.start()).toBe(true)
    expect(said).toEqual(['log', 'router', 'md'].flatMap((name) => [`${name} starting`, `${name} ready`]))
    said.length = 0
    await supervisor.stop()
    expect(said).toEqual(['md', 'router', 'log'].flatMap((name) => [`${name} stopping`, `${name} stopped`]))
    expect(await supervisor.ended).toEqual({ exitCode: 0, failure: null })
  })

  it('kills and starts again what hangs, and leaves alone what lives, and what never says that it does', async () => {
    const beats = `process.send({ state: "ready", doesBeat: true }); setInterval(() => process.send({ state: "beat" }), 20); ${onStop}`
    const hangs = beats.replace('20);', '20); setTimeout(() => { for (;;); }, 200);')
    const specs = [child('lives', beats), child('hangs', hangs), child('mute', isReady)]
    const { supervisor, said, talk } = supervise(specs, 5_000, 100)
    await supervisor.start()
    const [lives, hanging, mute] = supervisor.children
    await expect.poll(() => hanging?.restarts, { timeout: 20_000 }).toBeGreaterThan(0)
    expect(said).toContain('hangs restarting')
    expect(talk[0]).toBe('hangs: it has not shown for 0.6 s that it lives: it is killed and started again')
    expect([lives?.restarts, mute?.restarts]).toEqual([0, 0])
  })

  it('starts again what was killed, where it served before', async () => {
    const server = `require("net").createServer().listen(+process.argv[1], function () {
      process.send({ state: "ready", url: String(this.address().port) }) }); ${onStop}`
    const spec = child('router', server, { args: ({ router = '0' }) => ['-e', server, router] })
    const { supervisor, said } = supervise([spec])
    await supervisor.start()
    const [router] = supervisor.children
    const { pid, url } = router as NonNullable<typeof router>
    process.kill(pid as number, 'SIGKILL')
    await expect.poll(() => said.slice(2)).toEqual(['router restarting', 'router starting', 'router ready'])
    expect(router).toMatchObject({ restarts: 1, url, lastExit: 'SIGKILL' })
    expect(router?.pid).not.toBe(pid)
  })

  it('ends the tree with 1 when a vital child ends again and again', async () => {
    const { supervisor, failures } = supervise([child('log', isReady), child('risk', 'throw new Error("broken")')])
    expect(await supervisor.start()).toBe(false)
    const end = await supervisor.ended
    expect(end.exitCode).toBe(1)
    expect(end.failure).toEqual(failures[0])
    expect(failures).toHaveLength(1)
    expect(failures[0]?.message).toBe('ended 5 times within 30 s, last with exit 1: Error: broken')
    expect(supervisor.children.map(({ state, pid }) => [state, pid])).toEqual([
      ['stopped', null],
      ['failed', null],
    ])
  })

  it('says the message of an exception with fields and a cause, not its stack', async () => {
    const code =
      'const e = new Error("listen", { cause: new Error("inner") }); e.code = "E"; new (require("events"))().emit("error", e)'
    const { supervisor } = supervise([child('risk', code)])
    await supervisor.start()
    const { failure } = await supervisor.ended
    expect(failure?.message).toBe('ended 5 times within 30 s, last with exit 1: Error: listen')
  })

  it('goes on without a child that is not vital', async () => {
    const { supervisor, failures } = supervise([
      child('log', isReady),
      child('pnl', 'process.exit(1)', { isVital: false }),
    ])
    expect(await supervisor.start()).toBe(true)
    expect(failures.map(({ name }) => name)).toEqual(['pnl'])
    expect(supervisor.children.map(({ state }) => state)).toEqual(['ready', 'failed'])
  })

  it('does not restart what ends with 2: shows its line and ends the tree', async () => {
    const wrong = 'console.error("topology.yaml:3: no such feed"); process.exitCode = 2; process.disconnect()'
    const { supervisor, talk } = supervise([child('log', isReady), child('md', wrong, { isVital: false })])
    expect(await supervisor.start()).toBe(false)
    const message = 'topology.yaml:3: no such feed'
    expect(await supervisor.ended).toEqual({ exitCode: 2, failure: { name: 'md', exitCode: 2, message } })
    expect(talk).toEqual([`md: ${message}`])
  })

  it('kills what does not end within the grace', async () => {
    const stubborn = 'process.on("SIGTERM", () => 0); process.send({ state: "ready" }); setInterval(() => 0, 1e6)'
    const { supervisor } = supervise([child('md', stubborn)], 100)
    await supervisor.start()
    await supervisor.stop()
    expect(supervisor.children[0]).toMatchObject({ state: 'stopped', lastExit: 'SIGKILL' })
  })

  it('leaves no orphan when it is killed itself', async () => {
    const code = `
      import { Supervisor } from '#lib/process/supervisor.ts'
      const names = ['log', 'md']
      const args = () => ['-e', ${JSON.stringify(isReady)}]
      const specs = names.map((name) => ({ name, args, startStage: 0, stopStage: 0, isVital: true }))
      const supervisor = new Supervisor(specs, { self: { file: process.execPath, args: [] } })
      await supervisor.start()
      console.log(JSON.stringify(supervisor.children.map(({ pid }) => pid)))`
    const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(createInterface({ input: parent.stdout }), 'line')
    const pids = JSON.parse(line) as number[]
    expect(pids.map(isGone)).toEqual([false, false])
    parent.kill('SIGKILL')
    await expect.poll(() => pids.map(isGone), { timeout: 1_000 }).toEqual([true, true])
  })
})

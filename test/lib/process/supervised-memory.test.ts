import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'
import { isRunning } from '#lib/process/supervised-memory.ts'

const isLinux = process.platform === 'linux'

it.skipIf(!isLinux)('a process that has ended and is not taken notice of runs no more', async () => {
  // The shell is replaced by what waits for no child.
  const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const pid = Number(await new Promise((resolve) => parent.stdout.once('data', (data) => resolve(String(data)))))
  expect(isRunning(pid)).toBe(true)
  await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false)
  // It is there all the same.
  expect(process.kill(pid, 0)).toBe(true)
  parent.kill('SIGKILL')
})

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { repository } from '#test/process/trader.ts'

export type LoneProcess = {
  /** Where it serves; empty where it does not. */
  readonly url: string
  readonly pid: number
  /** Resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** One process of a tree, started as the supervisor starts it; resolves when it is ready. Its folder is `cwd`. */
export function startLone(cwd: string, args: readonly string[]): Promise<LoneProcess> {
  const child: ChildProcess = spawn(process.execPath, [join(repository, 'bin', 'run.js'), ...args], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let stderr = ''
  child.stderr?.on('data', (bytes) => {
    stderr += String(bytes)
  })
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    return exit
  }
  return new Promise((resolve, reject) => {
    child.once('message', ({ url = '' }: { url?: string }) => resolve({ url, pid: child.pid as number, stop }))
    void exit.then((code) => reject(new Error(`trader ${args[0]} ended with ${code}:\n${stderr}`)))
  })
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readSecret } from '#lib/bus/auth.ts'
import { openRemoteLog, type RemoteLog } from '#lib/journal/remote-log.ts'
import { selfCommand } from '#lib/process/self.ts'

export type LogProcess = {
  readonly child: ChildProcess
  readonly log: RemoteLog
  readonly ended: Promise<number | null>
  /** What it has said on stderr. */
  readonly talk: () => string
}

/** A real `trader log` of run `live`, and a router's connection to it; `traced` is the file of the syncs that it asks the kernel for. */
export async function startLog(logs: string, keys: string, traced?: string): Promise<LogProcess> {
  const self = selfCommand()
  const [file, ...args] = [...(traced === undefined ? [] : traceSyncs(traced)), self.file, ...self.args] as [string]
  const given = ['log', '--folder', logs, '--run', 'live', '--port', '0', '--keys', keys]
  const child = spawn(file, [...args, ...given], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let talk = ''
  child.stderr?.on('data', (bytes) => {
    talk += bytes
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { url: string }).url))
    ended.then((code) => reject(new Error(`it ended with ${code}: ${talk}`)))
  })
  const log = await openRemoteLog({ url, secret: readSecret(keys, 'router') })
  return { child, log, ended, talk: () => talk }
}

const traceSyncs = (to: string) => ['strace', '-f', '-y', '-o', to, '-e', 'trace=fsync,fdatasync']

export const has = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0

/** Makes a system call of a running process fail from now on; resolves when it does. */
export async function injectFault(pid: number, call: string, error: string): Promise<ChildProcess> {
  const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:error=${error}`]
  const strace = spawn('strace', ['-f', '-p', String(pid), '-o', '/dev/null', ...inject], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let talk = ''
  while (!talk.includes('attached')) {
    const [bytes] = (await Promise.race([
      once(strace.stderr as NodeJS.ReadableStream, 'data'),
      once(strace, 'exit'),
    ])) as [Buffer | number | null]
    if (!(bytes instanceof Buffer)) throw new Error(`strace ended: ${talk}`)
    talk += bytes
  }
  return strace
}

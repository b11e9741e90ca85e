import { existsSync, readFileSync } from 'node:fs'

/** Has a process ended? One that nobody waits for any more may stay as a zombie: it is gone all the same. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return existsSync('/proc/self/stat') && /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    if (['ESRCH', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return true
    throw error
  }
}

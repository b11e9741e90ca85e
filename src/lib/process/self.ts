import { join } from 'node:path'
import { isSea } from 'node:sea'
import { packageRoot } from '#lib/process/package-root.ts'

/** How to start this same trader again: `spawn(file, [...args, 'router', '--port', '0'])`. */
export function selfCommand(): { file: string; args: string[] } {
  if (isSea()) return { file: process.execPath, args: [] }
  return { file: process.execPath, args: [join(packageRoot(), 'bin', 'run.js')] }
}

import { closeSync, fsyncSync, openSync } from 'node:fs'

/** What was made, renamed or removed in a folder is so after a power loss only when the folder is durable too. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

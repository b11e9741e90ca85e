import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { replaceFile } from '#compose/tree-keys.ts'
import { jsonIn } from '#lib/files/json-in.ts'
import { isRunning, startOf } from '#lib/process/supervised-memory.ts'

const TreeFile = z.object({
  pid: z.int(),
  /** When that process started, as its system counts: tells it from another of the same pid. */
  pidStart: z.string().nullable(),
  routerUrl: z.string().nullable(),
  clockUrl: z.string().nullable(),
  /** Folder of the keys. */
  keys: z.string(),
  run: z.string(),
  processes: z.array(z.object({ name: z.string(), state: z.string(), pid: z.int().nullable(), restarts: z.int() })),
})
/** What a running tree says of itself, in `<logs>/<run>/tree.json`. */
export type TreeFile = z.infer<typeof TreeFile>

const fileIn = (runFolder: string) => join(runFolder, 'tree.json')

export const writeTreeFile = (runFolder: string, tree: TreeFile): void =>
  replaceFile(fileIn(runFolder), `${JSON.stringify(tree, null, 2)}\n`)

export const removeTreeFile = (runFolder: string): void => rmSync(fileIn(runFolder), { force: true })

/** The tree that runs here; null where none does, whatever a tree that was killed has left. */
export function runningTree(runFolder: string): TreeFile | null {
  const file = fileIn(runFolder)
  if (!existsSync(file)) return null
  const tree = TreeFile.safeParse(jsonIn(file))
  // Of a tree that runs it is whole: a power cut may leave it torn.
  if (!tree.success) return null
  const { pid, pidStart } = tree.data
  return isRunning(pid) && startOf(pid) === pidStart ? tree.data : null
}

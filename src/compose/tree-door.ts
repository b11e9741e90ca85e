import { join } from 'node:path'
import { Flags } from '@oclif/core'
import { runningTree, type TreeFile } from '#compose/tree-file.ts'
import { checkedIfGiven, SocketUrl } from '#lib/terminal/checked-flag.ts'

/** The flags that say which tree is meant. */
export const treeFlags = {
  run: Flags.string({ description: 'The run whose tree is meant', default: 'live' }),
  logs: Flags.string({ description: 'Folder of the runs', default: 'logs' }),
  url: Flags.string({
    description: 'Its router, like ws://127.0.0.1:7411; without it the tree of the run says where it is',
  }),
  keys: Flags.string({ description: 'Folder of the keys', default: 'keys' }),
}

export type TreeFlags = { readonly run: string; readonly logs: string; readonly url?: string; readonly keys: string }

/** Where a router is, and the folder of the keys that open it. */
export type RouterDoor = { readonly routerUrl: string; readonly keys: string }

/** The tree that a command is about, as its own file has it; null where none runs here. */
export function treeOf({ logs, run, url }: TreeFlags): TreeFile | null {
  const tree = runningTree(join(logs, run))
  return url === undefined || tree?.routerUrl === url ? tree : null
}

/** Where its router is and how to get in; null where nothing runs. */
export function doorOf(flags: TreeFlags): RouterDoor | null {
  const routerUrl = checkedIfGiven('url', flags.url, SocketUrl)
  if (routerUrl !== undefined) return { routerUrl, keys: flags.keys }
  const tree = treeOf(flags)
  return tree === null || tree.routerUrl === null ? null : { routerUrl: tree.routerUrl, keys: tree.keys }
}

/** What the supervisor knows of a process. */
export type ChildShown = {
  readonly name: string
  readonly state: string
  readonly pid: number | null
  readonly restarts: number
  readonly rssBytes: number | null
}

/** What the router says about its log and its connections. */
export type RouterStatus = {
  readonly run: string
  readonly head: number
  readonly eventsPerSecond: number
  /** Of namespaces that are not acknowledged as all others are, when they are on the disk. */
  readonly durability?: Readonly<Record<string, 'fsync' | 'written'>>
  /** Nothing is left to answer, as far as the router orders answers. */
  readonly isIdle: boolean
  readonly connections: readonly {
    readonly identity: string
    readonly state: string
    readonly seq: number
    readonly behind: number
    readonly rttMs: number | null
  }[]
}

export type ProcessRow = ChildShown & { readonly behind: number | null; readonly rttMs: number | null }

/** A row a process: what supervisor and router know of it. A process that is up and has not caught up is `catching up`. */
export function processRows(children: readonly ChildShown[], router: RouterStatus | null): readonly ProcessRow[] {
  const byIdentity = new Map(router?.connections.map((connection) => [connection.identity, connection]))
  return children.map((child) => {
    const connection = byIdentity.get(child.name)
    const isBehind = child.state === 'ready' && connection?.state === 'catching_up'
    return {
      ...child,
      state: isBehind ? 'catching up' : child.state,
      behind: connection?.behind ?? null,
      rttMs: connection?.rttMs ?? null,
    }
  })
}

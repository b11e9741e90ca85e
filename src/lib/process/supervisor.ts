import {
  type ChildFailure,
  type ChildSpec,
  type SelfCommand,
  SupervisedChild,
  type Urls,
} from '#lib/process/supervised-child.ts'

/** How a tree ended: 0 when it was asked to, else with the exit code for its process and the child that ended it. */
export type TreeEnd = { readonly exitCode: 0 | 1 | 2; readonly failure: ChildFailure | null }

export type SupervisorHooks = {
  readonly onState?: (child: SupervisedChild) => void
  readonly onTalk?: (name: string, line: string) => void
  /** A child is lost for good; the tree goes on when it is not vital and its arguments were right. */
  readonly onFailure?: (failure: ChildFailure) => void
}

export type SupervisorOptions = SupervisorHooks & {
  readonly self: SelfCommand
  readonly graceMs?: number
  /** Of children that show that they live: one that does not for six of them is killed, and started again. */
  readonly beatMs?: number
}

/** Keeps a tree of processes up: starts them in stages, restarts what ends unasked, and ends them in stages. */
export class Supervisor {
  readonly children: readonly SupervisedChild[]
  /** Resolves when every child is gone. */
  readonly ended: Promise<TreeEnd>
  readonly #graceMs: number
  readonly #hooks: SupervisorHooks
  readonly #waiting = new Set<() => void>()
  #end: (end: TreeEnd) => void = () => undefined
  #isStopping = false
  #fatal: ChildFailure | null = null

  constructor(specs: readonly ChildSpec[], { self, graceMs = 5_000, beatMs, ...hooks }: SupervisorOptions) {
    this.#hooks = hooks
    this.#graceMs = graceMs
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    this.children = specs.map(
      (spec) =>
        new SupervisedChild(
          spec,
          self,
          () => this.urls,
          {
            onState: (child) => {
              this.#hooks.onState?.(child)
              for (const look of [...this.#waiting]) look()
            },
            onTalk: (name, line) => this.#hooks.onTalk?.(name, line),
            onFailure: (failure) => this.#lose(failure),
          },
          beatMs,
        ),
    )
  }

  get urls(): Urls {
    return Object.fromEntries(this.children.flatMap(({ spec, url }) => (url === null ? [] : [[spec.name, url]])))
  }

  /** Starts everything, stage by stage. True when all are ready, false when the tree is ending instead. */
  async start(): Promise<boolean> {
    for (const stage of stagesOf(this.children, ({ spec }) => spec.startStage)) {
      if (this.#isStopping) return false
      for (const child of stage) child.start()
      await this.#until(() => this.#isStopping || stage.every(({ state }) => isSettled(state)))
    }
    return !this.#isStopping
  }

  /** Ends everything, stage by stage. Resolves when every child is gone. */
  stop(): Promise<void> {
    if (!this.#isStopping) {
      this.#isStopping = true
      void this.#stopAll()
    }
    return this.ended.then(() => undefined)
  }

  /** No grace: for who asks a second time. */
  kill(): void {
    for (const child of this.children) child.kill()
  }

  async #stopAll(): Promise<void> {
    for (const look of [...this.#waiting]) look()
    for (const stage of stagesOf(this.children, ({ spec }) => spec.stopStage))
      await Promise.all(stage.map((child) => child.stop(this.#graceMs)))
    this.#end({ exitCode: this.#fatal?.exitCode ?? 0, failure: this.#fatal })
  }

  #lose(failure: ChildFailure): void {
    this.#hooks.onFailure?.(failure)
    const isVital = this.children.some(({ spec }) => spec.name === failure.name && spec.isVital)
    if (this.#isStopping || !(isVital || failure.exitCode === 2)) return
    this.#fatal = failure
    void this.stop()
  }

  #until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!isSo()) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }
}

const isSettled = (state: SupervisedChild['state']): boolean => state === 'ready' || state === 'failed'

function stagesOf(
  children: readonly SupervisedChild[],
  stageOf: (child: SupervisedChild) => number,
): SupervisedChild[][] {
  const stages = [...new Set(children.map(stageOf))].sort((a, b) => a - b)
  return stages.map((stage) => children.filter((child) => stageOf(child) === stage))
}

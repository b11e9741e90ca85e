import type { Command, Interfaces } from '@oclif/core'
import { Plugin } from '@oclif/core/config'

export type CommandLoaders = Readonly<Record<string, () => Promise<{ default: Command.Class }>>>

/** trader's commands for the single binary, where no file can be read: their manifest and their code are compiled in. */
export class CompiledPlugin extends Plugin {
  readonly #loaders: CommandLoaders

  constructor(pjson: Interfaces.PJSON, manifest: Interfaces.Manifest, loaders: CommandLoaders) {
    super({ root: process.execPath, isRoot: true, pjson })
    this.#loaders = loaders
    this.manifest = manifest
  }

  override async load(): Promise<void> {
    const { pjson } = this.options
    if (pjson === undefined) throw new Error('a compiled plugin needs its package.json')
    this.pjson = pjson
    this.root = this.options.root
    this.name = this.alias = pjson.name
    this.version = pjson.version
    this.type = 'core'
    this.isRoot = this.valid = this.hasManifest = true
    this.hooks = {}
    this.commandIDs = Object.keys(this.manifest.commands)
    this.commands = Object.values(this.manifest.commands).map((command) => ({
      ...command,
      load: () => this.findCommand(command.id, { must: true }),
    }))
  }

  override findCommand(id: string, options: { must: true }): Promise<Command.Class>
  override findCommand(id: string, options?: { must: boolean }): Promise<Command.Class | undefined>
  override async findCommand(id: string): Promise<Command.Class | undefined> {
    const loaded = await this.#loaders[id]?.()
    if (loaded === undefined) return undefined
    loaded.default.id = id
    loaded.default.plugin = this
    return loaded.default
  }
}

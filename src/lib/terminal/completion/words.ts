import type { Command } from '@oclif/core'

/** What can be typed after a prefix of a command line, such as `md import`. The empty path is `trader` itself. */
export type Words = {
  readonly path: string
  readonly subcommands: readonly Word[]
  readonly flags: readonly Flag[]
  /** The closed set of values of the first argument, where it has one. */
  readonly values: readonly string[]
}
export type Word = { readonly name: string; readonly says: string }
export type Flag = Word & { readonly takesValue: boolean; readonly values: readonly string[] }

/** The words of every command and topic, sorted by path. */
export function completionWords(commands: readonly Command.Loadable[]): Words[] {
  const shown = commands.filter(({ hidden }) => !hidden)
  const paths = new Set(shown.flatMap(({ id }) => pathsTo(id.split(':'))))
  return [...paths].sort().map((path) => {
    const command = shown.find(({ id }) => id.replaceAll(':', ' ') === path)
    return {
      path,
      subcommands: [...paths]
        .filter((other) => isDirectlyUnder(other, path))
        .sort()
        .map((other) => wordFor(other, shown)),
      flags: [...flagsOf(command), help],
      values: Object.values(command?.args ?? {})[0]?.options ?? [],
    }
  })
}

const help: Flag = { name: 'help', says: 'Show help', takesValue: false, values: [] }

const pathsTo = (parts: readonly string[]): string[] => ['', ...parts.map((_, i) => parts.slice(0, i + 1).join(' '))]

const isDirectlyUnder = (path: string, parent: string): boolean =>
  path !== '' && path.split(' ').slice(0, -1).join(' ') === parent

function wordFor(path: string, commands: readonly Command.Loadable[]): Word {
  const command = commands.find(({ id }) => id.replaceAll(':', ' ') === path)
  return { name: path.split(' ').at(-1) ?? path, says: firstLine(command?.summary ?? command?.description) }
}

const flagsOf = (command: Command.Loadable | undefined): Flag[] =>
  Object.values(command?.flags ?? {})
    .filter(({ hidden }) => !hidden)
    .map((flag) => ({
      name: flag.name,
      says: firstLine(flag.summary ?? flag.description),
      takesValue: flag.type === 'option',
      values: flag.type === 'option' ? (flag.options ?? []) : [],
    }))

const firstLine = (text = ''): string => text.split('\n', 1)[0] ?? ''

import type { Command } from '@oclif/core'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { bashCompletion } from '#lib/terminal/completion/bash.ts'
import { fishCompletion } from '#lib/terminal/completion/fish.ts'
import { completionWords } from '#lib/terminal/completion/words.ts'
import { zshCompletion } from '#lib/terminal/completion/zsh.ts'

const words = completionWords([
  command('md', 'Run market data', { speed: { type: 'option', options: ['1', 'max'] } }),
  command('md:import', "Import a venue's files", { out: { type: 'option' }, json: { type: 'boolean' } }),
  command('log:tail', 'Follow the log', {}),
  { ...command('hidden', 'Not shown', {}), hidden: true } as Command.Loadable,
])

describe('completion words', () => {
  it('know what follows a command and a topic', () => {
    expect(words.map(({ path }) => path)).toEqual(['', 'log', 'log tail', 'md', 'md import'])
    expect(words[0]?.subcommands.map(({ name }) => name)).toEqual(['log', 'md'])
    expect(words[3]?.subcommands).toEqual([{ name: 'import', says: "Import a venue's files" }])
    expect(words[4]?.flags.map(({ name }) => name)).toEqual(['out', 'json', 'help'])
  })
})

describe('completion in bash', () => {
  it.each([
    [
      ['trader', ''],
      ['log', 'md', '--help'],
    ],
    [['trader', 'md', 'im'], ['import']],
    [
      ['trader', 'md', '--speed', ''],
      ['1', 'max'],
    ],
    [
      ['trader', 'md', 'import', '--'],
      ['--out', '--json', '--help'],
    ],
    [['trader', 'md', 'import', '--out', ''], []],
    [['trader', 'log', 'tail', '--h'], ['--help']],
  ])('%j -> %j', async (line, expected) => {
    const quoted = line.map((word) => `'${word}'`).join(' ')
    const ask = `COMP_WORDS=(${quoted}); COMP_CWORD=${line.length - 1}; _trader; echo "\${COMPREPLY[@]}"`
    const { stdout } = await execa('bash', ['-c', `${bashCompletion(words)}\n${ask}`])
    expect(stdout.split(' ').filter((word) => word !== '')).toEqual(expected)
  })
})

describe('completion in zsh and fish', () => {
  it('describes the words', () => {
    expect(zshCompletion(words)).toContain("'import:Import a venue'\\''s files'")
    expect(fishCompletion(words)).toContain("-f -a 'import' -d 'Import a venue\\'s files'")
    expect(fishCompletion(words)).toContain("-l speed -x -a '1 max'")
  })
})

function command(id: string, summary: string, flags: Record<string, object>): Command.Loadable {
  const named = Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, { name, ...flag }]))
  return { id, summary, flags: named, args: {}, aliases: [], hiddenAliases: [] } as unknown as Command.Loadable
}

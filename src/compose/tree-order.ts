import { createInterface } from 'node:readline/promises'
import { Args, Flags } from '@oclif/core'
import { type CommandAnswer, commandTree, type OperatorCommand } from '#compose/tree-command.ts'
import { doorOf, type TreeFlags, treeFlags } from '#compose/tree-door.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** What `trader halt` and `trader resume` are told. */
export const orderFlags = {
  ...treeFlags,
  reason: Flags.string({ description: 'Why, for the log', required: true }),
  yes: Flags.boolean({ description: 'Do not ask' }),
}
export const orderArgs = {
  strategy: Args.string({ description: 'One strategy; without it all trading is meant' }),
}

type Order = {
  readonly word: 'halt' | 'resume'
  readonly strategy: string | undefined
  readonly whenHalted?: OperatorCommand['whenHalted']
}
type OrderFlags = TreeFlags & { readonly reason: string; readonly yes: boolean }

/** Halts or resumes, after the operator typed the word on a terminal. Null where nothing runs. */
export async function order({ word, strategy, whenHalted }: Order, flags: OrderFlags): Promise<CommandAnswer | null> {
  const door = doorOf(flags)
  refuseNoReason(flags)
  if (whenHalted !== undefined && strategy !== undefined)
    throw new UserError(`--when-halted ${whenHalted} is about all trading, and ${strategy} is one strategy`)
  if (door === null) return null
  if (!flags.yes) await confirm(word.toUpperCase(), strategy ?? 'all trading')
  const { reason } = flags
  const command: OperatorCommand =
    strategy === undefined
      ? { command: word, reason, ...(whenHalted === undefined ? {} : { whenHalted }) }
      : { command: `strategy.${word}`, target: strategy, reason }
  return commandTree(door, command)
}

/** Throws a UserError where the reason says nothing. */
export function refuseNoReason({ reason }: { readonly reason: string }): void {
  if (reason.trim() === '') throw new UserError('--reason says nothing', { hint: 'why, in a few words' })
}

/** Asks on the terminal for a word to be typed. Throws a UserError where there is none, or another one was typed. */
export async function confirm(word: string, what: string): Promise<void> {
  if (!process.stdin.isTTY) throw new UserError('there is no terminal to ask on', { hint: 'add --yes' })
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const typed = await terminal.question(`type ${word} to ${word.toLowerCase()} ${what}: `)
  terminal.close()
  if (typed.trim() !== word) throw new UserError(`nothing done: ${word} was not typed`)
}

import { join } from 'node:path'
import { selectionAnswers } from '#lib/chain/answer-selection.ts'
import { ChainCase, Selection, type SnapshotRow } from '#lib/chain/chain-case.ts'
import { readCsvTable } from '#lib/files/csv-table.ts'
import { readJsonFile } from '#lib/files/read-json-file.ts'
import { writeWholeFile } from '#lib/files/write-whole-file.ts'
import { startProgress } from '#lib/terminal/progress.ts'
import { UserError, userErrorLine } from '#lib/terminal/user-error.ts'

export type ChainAnswers = { readonly cases: number; readonly selections: number; readonly failed: number }

/** Writes the array of cases again, the `expected` of each selection replaced by the answer; null, and the reason as talk, where it cannot be read. */
export function answerChains(cases: string, chains: string, out: string, say: (line: string) => void): ChainAnswers {
  const read = readJsonFile(cases)
  if (!Array.isArray(read)) throw new UserError('expected an array of cases', { file: cases })
  const progress = startProgress({ label: 'resolve', unit: 'selections' })
  let [selections, failed] = [0, 0]
  const answers = read.map((one: unknown, n) => {
    const parsed = ChainCase.safeParse(one)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw new UserError(`case ${n}: ${issue?.path.join('.')}: ${issue?.message}`, { file: cases })
    }
    const answer = selectionAnswers(parsed.data, readSnapshot(join(chains, parsed.data.snapshot)))
    const answered = parsed.data.selections.map((given, i) => {
      const selection = Selection.safeParse(given)
      progress.update(++selections)
      if (selection.success) return { ...(given as object), expected: answer(selection.data) }
      const [issue] = selection.error.issues
      failed++
      const message = `case ${n}: selection ${i}: ${issue?.path.join('.')}: ${issue?.message}`
      say(userErrorLine(new UserError(message, { file: cases })))
      return typeof given === 'object' && given !== null ? { ...given, expected: null } : { expected: null }
    })
    return { ...(one as object), selections: answered }
  })
  progress.finish()
  writeWholeFile(out, `${JSON.stringify(answers, null, 1)}\n`)
  return { cases: answers.length, selections, failed }
}

/** A snapshot of a chain: expiry, strike, right, bid, ask and, where known, open_interest and t_years of each contract. */
export function readSnapshot(file: string): SnapshotRow[] {
  const { columns, rows } = readCsvTable(file)
  for (const name of ['expiry', 'strike', 'right', 'bid', 'ask'])
    if (!columns.includes(name)) throw new UserError(`there is no column ${name}`, { file, line: 1 })
  const places = new Map(columns.map((name, i) => [name, i]))
  return rows.map(({ line, cells }) => {
    const text = (name: string): string => cells[places.get(name) ?? -1]?.trim() ?? ''
    const number = (name: string): number | null => {
      if (text(name) === '') return null
      const value = Number(text(name))
      if (Number.isFinite(value)) return value
      throw new UserError(`${name} is ${JSON.stringify(text(name))}, expected a number`, { file, line })
    }
    const strike = number('strike')
    const right = text('right').toUpperCase().slice(0, 1)
    const expiry = text('expiry')
    if (strike === null || !(strike > 0)) throw new UserError('a strike is above zero', { file, line })
    if (right !== 'C' && right !== 'P')
      throw new UserError(`right is ${text('right')}, expected C or P`, { file, line })
    if (!/^\d{4}-\d{2}-\d{2}$/.test(expiry))
      throw new UserError(`expiry is ${JSON.stringify(expiry)}, expected a date like 2015-12-31`, { file, line })
    const [bid, ask, years] = [number('bid'), number('ask'), number('t_years')]
    return { expiry, right, strike, bid, ask, openInterest: number('open_interest') ?? 0, years }
  })
}

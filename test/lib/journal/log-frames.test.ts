import { expect, it } from 'vitest'
import { FromLog, openFromLog, openToLog, ToLog } from '#lib/journal/log-frames.ts'

const opens = (open: (text: string) => unknown, header: unknown): boolean => {
  try {
    open(JSON.stringify(header))
    return true
  } catch {
    return false
  }
}

const numbers = [0, 1, 7, -1, 1.5, 1e300, 2 ** 53, '1', null, [], {}]

it('[J16] the headers that are looked at by hand are those of the schema, and no others', () => {
  const lists = [[], [1], [1, 2], [0, 3], [-1], [1.5], ['1'], [null], [[1, 0]], 'x', null, {}]
  const runs = [
    ...lists,
    [[1]],
    [[1, 0, 0]],
    [[100_001, 0]],
    [[1, -1]],
    [[1, 0.5]],
    [['1', 0]],
    [[2, 0], 'x'],
    undefined,
  ]
  const appends = numbers.flatMap((k) =>
    lists.flatMap((groups) => runs.map((each) => ({ t: 'append', k, groups, runs: each }))),
  )
  const others = [[], [[0, { kind: 'repeat' }]], [[0, { kind: 'refused' }]], ['x'], null, {}, undefined]
  const appendeds = numbers.flatMap((k) =>
    numbers.flatMap((from) => others.map((each) => ({ t: 'appended', k, from, others: each }))),
  )
  const many = { t: 'append', k: 1, groups: Array(100_001).fill(1) }
  const strange = [many, null, 1, 'append', [], {}, { t: 'append' }, { t: 'appended' }, { t: 'state', k: 1 }]
  const shown = (all: readonly unknown[], opened: (header: unknown) => boolean) =>
    all.filter(opened).map((header) => JSON.stringify(header).slice(0, 100))
  const toLog = [...appends, ...strange]
  expect(shown(toLog, (header) => opens(openToLog, header))).toEqual(
    shown(toLog, (header) => ToLog.safeParse(JSON.parse(JSON.stringify(header))).success),
  )
  const fromLog = [...appendeds, ...strange]
  expect(shown(fromLog, (header) => opens(openFromLog, header))).toEqual(
    shown(fromLog, (header) => FromLog.safeParse(JSON.parse(JSON.stringify(header))).success),
  )
})

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { defaultTopology } from '#compose/default-topology.ts'
import { keepLockstep } from '#compose/keep-lockstep.ts'

let logs: string
beforeEach(() => {
  logs = mkdtempSync(join(tmpdir(), 'trader-lockstep-'))
})
afterEach(() => rmSync(logs, { recursive: true }))

const starts = (run: string, lockstep: boolean): void => {
  mkdirSync(join(logs, run), { recursive: true })
  keepLockstep({ ...defaultTopology(), run, logs, lockstep })
}
const saysSomething = (run: string) => mkdirSync(join(logs, run, 'journal'), { recursive: true })

test('[R30] a run goes on in lockstep that was so from its first event on, and no other', () => {
  starts('one', true)
  saysSomething('one')
  starts('one', true)
  starts('one', false)
  expect(() => starts('one', true)).toThrow('run one ran free, and cannot go on in lockstep')
  starts('two', false)
  saysSomething('two')
  starts('two', false)
  expect(() => starts('two', true)).toThrow('run two ran free')
})

test('[R30] a first start that came to nothing binds nobody', () => {
  starts('three', false)
  starts('three', true)
  starts('three', false)
  saysSomething('three')
  expect(() => starts('three', true)).toThrow('run three ran free')
})

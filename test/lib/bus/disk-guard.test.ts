import { expect, it } from 'vitest'
import { DiskGuard } from '#lib/bus/disk-guard.ts'

/** What is said while the disk is so full, one look after the other; `isTaken`: and is in the log. */
function saidOf(guard: DiskGuard, percents: readonly number[], isTaken = true) {
  return percents.map((percent) => {
    const command = guard.look(percent)
    if (command !== null && isTaken) guard.isSaid(command)
    return command?.command ?? null
  })
}

it('[J22] halts once at 95 %, and resumes what it halted below 93 %', () => {
  const said = saidOf(new DiskGuard(true), [50, 94, 95, 99, 94, 93, 92, 94, 95])
  expect(said).toEqual([null, null, 'halt', null, null, null, 'resume', null, 'halt'])
})

it('[J22] says a halt again that was not taken, and resumes nothing that it has not halted', () => {
  expect(saidOf(new DiskGuard(true), [97, 96, 92, 99], false)).toEqual(['halt', 'halt', null, 'halt'])
})

it('[J22] resumes what a router before it may have halted, once, and not before there is space', () => {
  expect(saidOf(new DiskGuard(false), [94, 93, 92, 50, 95])).toEqual([null, null, 'resume', null, 'halt'])
})

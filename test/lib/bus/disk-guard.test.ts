import { expect, it } from 'vitest'
import { DiskGuard } from '#lib/bus/disk-guard.ts'

it('[J22] halts once at 95 %, and resumes what it halted below 93 %', () => {
  const guard = new DiskGuard(true)
  const look = (percent: number) => {
    const command = guard.look(percent)
    if (command !== null) guard.isSaid(command)
    return command?.command ?? null
  }
  const commands = [50, 94, 95, 99, 94, 93, 92, 94, 95].map(look)
  expect(commands).toEqual([null, null, 'halt', null, null, null, 'resume', null, 'halt'])
})

it('[J22] says a halt again that was not taken, and resumes nothing that it has not halted', () => {
  const guard = new DiskGuard(true)
  expect([97, 96, 92, 99].map((percent) => guard.look(percent)?.command ?? null)).toEqual([
    'halt',
    'halt',
    null,
    'halt',
  ])
})

it('[J22] resumes what a router before it may have halted, once, and not before there is space', () => {
  const guard = new DiskGuard(false)
  const look = (percent: number) => {
    const command = guard.look(percent)
    if (command !== null) guard.isSaid(command)
    return command?.command ?? null
  }
  expect([94, 93, 92, 50, 95].map(look)).toEqual([null, null, 'resume', null, 'halt'])
})

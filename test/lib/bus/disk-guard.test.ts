import { expect, it } from 'vitest'
import { DiskGuard } from '#lib/bus/disk-guard.ts'

it('[J22] halts once at 95 %, and resumes what it halted below 93 %', () => {
  const guard = new DiskGuard()
  const commands = [50, 94, 95, 99, 94, 93, 92, 94, 95].map((percent) => guard.look(percent)?.command ?? null)
  expect(commands).toEqual([null, null, 'halt', null, null, null, 'resume', null, 'halt'])
})

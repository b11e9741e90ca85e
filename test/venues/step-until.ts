import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { BoxServer } from './box-server.ts'

/** Lets the market of a box go on until it is so. */
export async function stepUntil(server: Pick<BoxServer, 'step'>, isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 6_000 && !isSo(); i++) {
    server.step(null)
    await sleep(2)
  }
  expect(isSo()).toBe(true)
}

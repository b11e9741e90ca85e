import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { factsOfRun } from '#compose/recorded-run.ts'
import { bodyAsSaid } from '#lib/codec/event-text.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { factId } from '#lib/kernel/event-id.ts'
import type { Event } from '#schemas/event.ts'

const said = (source: string, epoch: number, topic: string, payload: object): string =>
  bodyAsSaid({ id: factId(source, epoch, 0), topic, v: 1, at: 1_000, source, cause: null, payload } as unknown as Event)
const config = (service: string, epoch: number, hash: string) =>
  said(service, epoch, 'system.config', { service, hash, config: {} })

it('a configuration that a process says again when it began anew is no fact of its own', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'trader-recorded-'))
  const log = await openEventLog(join(dir, 'live'))
  const bodies = [
    config('risk', 1, 'a'),
    config('pnl', 1, 'a'),
    config('risk', 2, 'a'),
    said('md-feed', 1, 'md.status', { feed: 'x', state: 'started', isSimulated: true }),
    config('risk', 3, 'b'),
    config('risk', 4, 'b'),
    config('risk', 5, 'a'),
  ]
  for (const body of bodies) expect((await log.append([[body]]))[0]?.kind).toBe('appended')
  await log.close()
  const found = [...factsOfRun(join(dir, 'live'))].map(({ id }) => id)
  expect(found).toEqual(['md-feed:e1.0', 'risk:e1000000.0', 'risk:e2000000.0'])
  rmSync(dir, { recursive: true })
})

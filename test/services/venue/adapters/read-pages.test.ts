import { expect, test } from 'vitest'
import { readPages } from '#services/venue/adapters/gateway/read-pages.ts'
import type { Answer } from '#services/venue/adapters/gateway/real-venue.ts'

type Page = { readonly has: string; readonly then?: number }

/** What was read of these pages, and what came of it. */
async function read(pages: (at: number) => Answer<Page>): Promise<readonly [string, Answer<null>]> {
  let all = ''
  const answer = await readPages<Page, number>(
    0,
    async (at) => pages(at),
    ({ has, then }) => {
      all += has
      return then
    },
  )
  return [all, answer]
}
const done = (has: string, then?: number): Answer<Page> => ({
  kind: 'done',
  value: { has, ...(then === undefined ? {} : { then }) },
})

test('[G43] pages are read to the last; one without an answer ends it, and proves nothing', async () => {
  expect(await read((at) => (at < 2 ? done(`${at}`, at + 1) : done('2')))).toEqual([
    '012',
    { kind: 'done', value: null },
  ])
  const lost = { kind: 'nothing', reason: 'no answer', waitMs: 1 } as const
  expect(await read((at) => (at === 0 ? done('0', 1) : lost))).toEqual(['0', lost])
})

test.each([
  ['comes again', (at: number) => done('', 1 - at), 'page 0 comes again'],
  ['never comes last', (at: number) => done('', at + 1), '10000 pages'],
])('[G43] a page that %s is a fault, and proves nothing', async (_, pages, words) => {
  const [, answer] = await read(pages)
  expect(answer).toMatchObject({ kind: 'nothing', isFaulty: true, reason: expect.stringContaining(words) })
})

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { fact } from '#test/lib/journal/bodies.ts'

let root: string
/** What was on the disk when the process died, and what it had been told to be durable by then. */
let crashed: string
let acknowledged: string[]

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'trader-recovery-'))
  const log = await openEventLog(join(root, 'live'))
  for (let n = 0; n < 12; n++)
    await log.append([[fact('md', 1, 2 * n), fact('md', 1, 2 * n + 1)], [fact('clock', 1, n, 'system.time')]])
  acknowledged = [...(await log.read({ from: 1, maxBytes: 1e6 })).lines]
  crashed = join(root, 'crashed')
  cpSync(join(root, 'live'), crashed, { recursive: true })
  await log.close()
})
afterAll(() => rmSync(root, { recursive: true }))

describe('opening a log whose process died', () => {
  it('[J10] cut at any byte, it has a prefix of what was acknowledged and keeps the rest aside', async () => {
    const whole = readFileSync(journalOf(crashed))
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), async (cut) => {
        await withCopy(crashed, async (folder) => {
          writeFileSync(journalOf(folder), whole.subarray(0, cut))
          const found = await contentsIn(folder)
          expect(found).toEqual(acknowledged.slice(0, found.length))
          const isAtLineEnd = cut === 0 || whole[cut - 1] === 10
          expect(tornIn(folder)).toBe(isAtLineEnd ? 0 : 1)
          expect([...readLog(folder)].map(({ content }) => content)).toEqual(found)
        })
      }),
      { numRuns: 60 },
    )
  })

  it('[J10] with any bit wrong, it refuses to open or loses none but the last commit, which it keeps aside', async () => {
    const whole = readFileSync(journalOf(crashed))
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
        await withCopy(crashed, async (folder) => {
          const bytes = Buffer.from(whole)
          bytes[at] = (bytes[at] as number) ^ (1 << bit)
          writeFileSync(journalOf(folder), bytes)
          const found = await contentsIn(folder).catch((error) => {
            expect(error).toBeInstanceOf(UserError)
            return null
          })
          if (found === null) return
          expect(found).toEqual(acknowledged.slice(0, found.length))
          expect(found.length).toBeGreaterThanOrEqual(acknowledged.length - 3)
          expect(tornIn(folder)).toBe(1)
        })
      }),
      { numRuns: 100 },
    )
  })

  it('[J10] that was closed in order, it refuses to open when anything is missing or wrong', async () => {
    const closed = join(root, 'live')
    const whole = readFileSync(journalOf(closed))
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.boolean(), async (at, isCut) => {
        await withCopy(closed, async (folder) => {
          const bytes = Buffer.from(whole)
          bytes[at] = (bytes[at] as number) ^ 1
          writeFileSync(journalOf(folder), isCut ? whole.subarray(0, at) : bytes)
          await expect(contentsIn(folder)).rejects.toBeInstanceOf(UserError)
        })
      }),
      { numRuns: 60 },
    )
  })

  it.each(['', '{}\n0\n', 'torn'])('[J11] does without its checkpoint: %j', async (text) => {
    await withCopy(join(root, 'live'), async (folder) => {
      writeFileSync(join(folder, 'journal', 'checkpoint.json'), text)
      expect(await contentsIn(folder)).toEqual(acknowledged)
    })
  })
})

const journalOf = (folder: string) => join(folder, 'journal', '000000000001.jsonl')
const tornIn = (folder: string) => readdirSync(join(folder, 'journal')).filter((name) => name.includes('.torn-')).length

async function contentsIn(folder: string): Promise<readonly string[]> {
  const log = await openEventLog(folder)
  const { lines } = await log.read({ from: 1, maxBytes: 1e6 })
  await log.close()
  return lines
}

async function withCopy(of: string, use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(root, 'copy-'))
  cpSync(of, folder, { recursive: true })
  await use(folder)
  rmSync(folder, { recursive: true })
}

import { afterEach, describe, expect, it } from 'vitest'
import type { LogPort } from '#lib/bus/log-port.ts'
import { sourcesMost } from '#lib/journal/sequence-groups.ts'
import { fact, groupOf } from '#test/lib/journal/bodies.ts'

/** Opens a log on the same folder (or memory) again after it was closed; `null` when the log does not outlive its process. */
export type OpenLog = () => Promise<{ log: LogPort; reopen: (() => Promise<LogPort>) | null; end: () => Promise<void> }>

/** What every log keeps, whatever it keeps its events in. */
export function describeLog(name: string, open: OpenLog): void {
  describe(name, () => {
    const ends: (() => Promise<void>)[] = []
    afterEach(async () => {
      for (const end of ends.splice(0)) await end()
    })
    const opened = async () => {
      const made = await open()
      ends.push(made.end)
      return made
    }

    it('[J1] numbers what it appends from 1 on, without a hole, in the order of appending', async () => {
      const { log } = await opened()
      const results = await Promise.all([
        log.append([[fact('md', 1, 0), fact('md', 1, 1)], [fact('clock', 1, 0, 'system.time')]]),
        log.append([[fact('md', 1, 2)]]),
      ])
      expect(results.flat()).toEqual([
        { kind: 'appended', from: 1, to: 2 },
        { kind: 'appended', from: 3, to: 3 },
        { kind: 'appended', from: 4, to: 4 },
      ])
      expect((await log.read({ from: 1, maxBytes: 1e6 })).lines.map(shape)).toEqual([
        '1 md:e1.0',
        '2 md:e1.1',
        '3 clock:e1.0',
        '4 md:e1.2',
      ])
    })

    it('[J2] appends a group whole or not at all', async () => {
      const { log } = await opened()
      await log.append([[fact('md', 1, 0)]])
      const skipping = [fact('md', 1, 1), fact('md', 1, 3)]
      expect(await log.append([skipping, groupOf('risk', 1, 2)])).toMatchObject([
        { kind: 'refused' },
        { kind: 'appended', from: 2, to: 3 },
      ])
      expect((await log.state()).head).toBe(3)
    })

    it('[J3] acknowledges answers that are there and does not append them again', async () => {
      const { log } = await opened()
      await log.append([[fact('md', 1, 0), fact('md', 1, 1)]])
      await log.append([groupOf('risk', 2, 2)])
      expect(await log.append([groupOf('risk', 1, 1), groupOf('risk', 2, 3)])).toEqual([
        { kind: 'repeat' },
        { kind: 'repeat' },
      ])
      expect((await log.state()).head).toBe(4)
    })

    it('[J3] refuses an answer to what is not in the log', async () => {
      const { log } = await opened()
      await log.append([[fact('md', 1, 0)]])
      expect(await log.append([groupOf('risk', 2, 1)])).toMatchObject([{ kind: 'refused' }])
    })

    it('[J4] appends of facts what is new, and starts an epoch at 0', async () => {
      const { log } = await opened()
      await log.append([[fact('md', 1, 0), fact('md', 1, 1)]])
      expect(
        await log.append([
          [fact('md', 1, 0)],
          [fact('md', 1, 1), fact('md', 1, 2)],
          [fact('md', 1, 4)],
          [fact('md', 3, 1)],
          [fact('md', 3, 0)],
          [fact('md', 2, 0)],
          [fact('venue', 7, 1)],
        ]),
      ).toMatchObject([
        { kind: 'repeat' },
        { kind: 'appended', from: 3, to: 3 },
        { kind: 'refused' },
        { kind: 'refused' },
        { kind: 'appended', from: 4, to: 4 },
        { kind: 'repeat' },
        { kind: 'refused' },
      ])
    })

    it('[J5] refuses what is no event, and mixed groups', async () => {
      const { log } = await opened()
      const wrong = ['{}', `${fact('md', 1, 0)} `, fact('md', 1, 0).replace('"source":"md"', '"source":"risk"')]
      const mixed = [fact('md', 1, 0), fact('clock', 1, 0)]
      const results = await log.append([...wrong.map((body) => [body]), mixed, []])
      expect(results.map(({ kind }) => kind)).toEqual(Array(5).fill('refused'))
      expect((await log.state()).head).toBe(0)
    })

    it('[J5] refuses feeds beyond 1,024 sources, and neither those that are there nor an identity of its own name', async () => {
      const { log } = await opened()
      const feeds = Array.from({ length: sourcesMost + 3 }, (_, i) => [fact(`md-${i}`, 1, 0)])
      const results = await log.append(feeds)
      expect(results.findIndex(({ kind }) => kind === 'refused')).toBe(sourcesMost)
      expect(results.at(-1)).toEqual({ kind: 'refused', reason: expect.stringContaining('one source too many') })
      expect(await log.append([[fact('md-0', 1, 1)], [fact('md', 1, 0)]])).toMatchObject([
        { kind: 'appended' },
        { kind: 'appended' },
      ])
      expect(Object.keys((await log.state()).marks)).toHaveLength(sourcesMost + 1)
    })

    it('[J14] reads windows by bytes and topics that join without a seam', async () => {
      const { log } = await opened()
      for (let n = 0; n < 50; n++) await log.append([[fact('md', 1, n)], [fact('clock', 1, n, 'system.time')]])
      const seen: string[] = []
      for (let from = 1; ; ) {
        const { to, lines } = await log.read({ from, maxBytes: 500, topics: ['system.time'] })
        if (to < from) break
        seen.push(...lines.map(shape))
        from = to + 1
      }
      expect(seen).toEqual(Array.from({ length: 50 }, (_, n) => `${2 * n + 2} clock:e1.${n}`))
      expect(await log.read({ from: 101, maxBytes: 500 })).toEqual({ from: 101, to: 100, lines: [] })
      expect(await log.read({ from: 1, maxBytes: 500, topics: ['order.fill'] })).toEqual({
        from: 1,
        to: 100,
        lines: [],
      })
    })

    it('[J14] keeps the seal of what is sealed', async () => {
      const { log } = await opened()
      const sig = 'A'.repeat(86)
      await log.append([[`${fact('md', 1, 0).slice(0, -1)},"sig":"${sig}"}`]])
      const { lines } = await log.read({ from: 1, maxBytes: 500 })
      expect(lines[0]).toMatch(/^\{"seq":1,"id":"md:e1\.0".*\},"sig":"A{86}"\}$/)
    })

    it('[J11] has head, marks and events after it was opened again', async () => {
      const { log, reopen } = await opened()
      if (reopen === null) return
      await log.append([[fact('md', 1, 0), fact('md', 1, 1)], groupOf('risk', 2, 2)])
      const before = { state: await log.state(), window: await log.read({ from: 1, maxBytes: 1e6 }) }
      await log.close()
      const again = await reopen()
      expect({ state: await again.state(), window: await again.read({ from: 1, maxBytes: 1e6 }) }).toEqual(before)
      expect(await again.append([groupOf('risk', 2, 2), [fact('md', 1, 2)]])).toEqual([
        { kind: 'repeat' },
        { kind: 'appended', from: 5, to: 5 },
      ])
    })
  })
}

const shape = (line: string): string => {
  const { seq, id } = JSON.parse(line)
  return `${seq} ${id}`
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { topicSegments } from '#lib/journal/log-files.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { fact } from '#test/lib/journal/bodies.ts'

const root = mkdtempSync(join(tmpdir(), 'trader-read-'))
afterAll(() => rmSync(root, { recursive: true }))
let folder: string

/** A finished run: topic files, and no journal. */
beforeEach(async () => {
  folder = mkdtempSync(join(root, 'run-'))
  const log = await openEventLog(folder)
  const sig = 'b'.repeat(86)
  for (let n = 0; n < 20; n++)
    await log.append([[`${fact('risk', 1, n, 'risk.approved').slice(0, -1)},"sig":"${sig}"}`], [fact('md', 1, n)]])
  await log.close()
  rmSync(join(folder, 'journal'), { recursive: true })
})

const fileOf = (namespace: string) => topicSegments(realDisk, folder, namespace)[0]?.path as string

it('[J15] gives a finished run in order, contents without what belongs to the line', () => {
  const lines = [...readLog(folder)]
  expect(lines.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
  expect(lines[0]).toMatchObject({ seq: 1, sig: 'b'.repeat(86) })
  expect(Object.keys(JSON.parse(lines[0]?.content as string))).toEqual([
    'seq',
    'id',
    'topic',
    'v',
    'at',
    'source',
    'cause',
    'payload',
  ])
  expect([...readLog(folder, { from: 7, to: 11, topics: ['md.bar'] })].map(({ seq }) => seq)).toEqual([8, 10])
})

it('[J15] names file, line and seq of a damaged line', () => {
  const text = readFileSync(fileOf('md'), 'utf8')
  writeFileSync(fileOf('md'), text.replace('"n":3,', '"n":4,'))
  expect(() => [...readLog(folder)]).toThrow(
    expect.objectContaining({ file: fileOf('md'), line: 4, message: expect.stringContaining('event 8 is damaged') }),
  )
})

it('[J15] notices a missing seq', () => {
  const lines = readFileSync(fileOf('md'), 'utf8').split('\n')
  writeFileSync(fileOf('md'), [...lines.slice(0, 4), ...lines.slice(5)].join('\n'))
  expect(() => [...readLog(folder)]).toThrow('events 10 to 10 are missing')
})

it('[J11] a log without its journal goes on behind what the topic files have', async () => {
  const log = await openEventLog(folder)
  expect(await log.append([[fact('md', 1, 19)], [fact('md', 1, 20)]])).toEqual([
    { kind: 'repeat' },
    { kind: 'appended', from: 41, to: 41 },
  ])
  await log.close()
  expect([...readLog(folder)]).toHaveLength(41)
})

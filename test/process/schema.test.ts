import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventJsonSchema } from '#lib/codec/event-json-schema.ts'
import { topics } from '#schemas/catalogue.ts'
import { trader } from '#test/process/trader.ts'

const event = { seq: 1, id: 'clock:e1.0', topic: 'system.time', v: 1, at: 5, source: 'clock', cause: null }
const line = (more: object = {}) => `${JSON.stringify({ ...event, payload: { now: 5 }, ...more })}\n`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trader-schema-'))
  writeFileSync(join(folder, 'good.jsonl'), line() + line({ v: 2, payload: null }))
  writeFileSync(join(folder, 'bad.jsonl'), `${line()}{\n${line({ topic: 'md.none' })}${line({ payload: { now: -1 } })}`)
})
afterAll(() => rmSync(folder, { recursive: true }))

const schema = (...args: string[]) => trader(['schema', ...args], { cwd: folder })

describe('trader schema', () => {
  it('list names every topic', async () => {
    const { stdout, exitCode } = await schema('list')
    expect(stdout).toMatch(/^topic +version +writer +durability +signed\n/)
    expect(stdout).toMatch(/^risk\.approved +1 +risk +fsync +yes$/m)
    expect(String(stdout).trimEnd().split('\n')).toHaveLength(topics.length + 1)
    expect(exitCode).toBe(0)
    const all = JSON.parse(String((await schema('list', '--json')).stdout))
    expect(all.map(({ topic }: { topic: string }) => topic)).toEqual(topics)
    expect(all[0]).toEqual({ topic: topics[0], version: 1, writer: 'md', durability: 'fsync', isSigned: false })
  })

  it('show prints the JSON Schema of a whole event, with --json the same', async () => {
    for (const args of [[], ['--json']]) {
      const { stdout, exitCode } = await schema('show', 'order.fill', ...args)
      expect(JSON.parse(String(stdout))).toEqual(eventJsonSchema('order.fill'))
      expect(exitCode).toBe(0)
    }
  })

  it('show says what may have been meant', async () => {
    const { stderr, exitCode } = await schema('show', 'order.fil')
    expect(stderr).toContain('there is no topic "order.fil" (did you mean: order.fill')
    expect(exitCode).toBe(2)
  })

  it('check takes good events and warns of newer ones', async () => {
    const { stdout, stderr, exitCode } = await schema('check', 'good.jsonl')
    expect(stdout).toBe('')
    expect(stderr).toBe(
      'good.jsonl: warning: system.time version 2 is not known, only 1: 1 not checked\n' +
        'good.jsonl: 2 lines: 1 valid, 1 newer, 0 invalid\n',
    )
    expect(exitCode).toBe(0)
  })

  it('check places every fault and ends with 1', async () => {
    const { stdout, exitCode } = await schema('check', 'bad.jsonl')
    const [first, second, third] = String(stdout).split('\n')
    expect(first).toBe('bad.jsonl:2: is not JSON')
    expect(second).toBe('bad.jsonl:3: topic: there is no topic md.none')
    expect(third).toMatch(/^bad\.jsonl:4: payload\.now: \w/)
    expect(exitCode).toBe(1)
    const { stdout: json, exitCode: jsonCode } = await schema('check', 'bad.jsonl', '--json')
    expect(JSON.parse(String(json))).toMatchObject({
      lines: 4,
      valid: 1,
      newer: 0,
      invalid: 3,
      faults: [{ line: 2 }, {}, {}],
    })
    expect(jsonCode).toBe(1)
  })

  it('check reads stdin', async () => {
    const { stdout, exitCode } = await trader(['schema', 'check', '-'], { input: `${line()}[]\n` })
    expect(stdout).toMatch(/^-:2: /)
    expect(exitCode).toBe(1)
  })

  it('check says when there is no such file', async () => {
    const { stderr, exitCode } = await schema('check', 'none.jsonl')
    expect(stderr).toBe('none.jsonl: there is no such file\n')
    expect(exitCode).toBe(2)
  })
})

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventJsonSchema } from '#lib/codec/event-json-schema.ts'
import { withTopicTable } from '#lib/codec/topic-table.ts'
import { indicatorPage } from '#lib/indicators/indicator-page.ts'
import { packageRoot } from '#lib/process/package-root.ts'
import { strategyFileSchema } from '#lib/strategy/strategy-file-schema.ts'
import { topics } from '#schemas/catalogue.ts'

const root = packageRoot()
const folder = join(root, 'schemas', 'json')

describe('what npm run export:schemas has written is up to date', () => {
  it('has a file for every topic, one for strategy files, and no other', () => {
    const expected = [...topics.map((topic) => `${topic}.json`), 'strategy-file.json']
    expect(readdirSync(folder).sort()).toEqual(expected.sort())
  })

  it('schemas/json/strategy-file.json', () => {
    const text = readFileSync(join(folder, 'strategy-file.json'), 'utf8')
    expect(text).toBe(`${JSON.stringify(strategyFileSchema(), null, 2)}\n`)
  })

  it.each(topics)('schemas/json/%s.json', (topic) => {
    const text = readFileSync(join(folder, `${topic}.json`), 'utf8')
    expect(text).toBe(`${JSON.stringify(eventJsonSchema(topic), null, 2)}\n`)
    expect(JSON.parse(text)).toMatchObject({
      type: 'object',
      properties: { topic: { const: topic }, seq: { type: 'integer' } },
      required: ['seq', 'id', 'topic', 'v', 'at', 'source', 'cause', 'payload'],
    })
  })

  it('the table of topics in docs/events.md', () => {
    const markdown = readFileSync(join(root, 'docs', 'events.md'), 'utf8')
    expect(withTopicTable(markdown)).toBe(markdown)
    for (const topic of topics) expect(markdown).toContain(`[\`${topic}\`]`)
  })

  it('docs/indicators.md', () => {
    expect(readFileSync(join(root, 'docs', 'indicators.md'), 'utf8')).toBe(indicatorPage())
  })
})

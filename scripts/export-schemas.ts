/** Writes schemas/json/<topic>.json for every topic and strategy-file.json, the table of topics in docs/events.md, and docs/indicators.md; takes away what is no topic any more. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventJsonSchema } from '#lib/codec/event-json-schema.ts'
import { withTopicTable } from '#lib/codec/topic-table.ts'
import { indicatorPage } from '#lib/indicators/indicator-page.ts'
import { strategyFileSchema } from '#lib/strategy/strategy-file-schema.ts'
import { topics } from '#schemas/catalogue.ts'
import { root } from './bundle.ts'

const folder = join(root, 'schemas', 'json')
const guide = join(root, 'docs', 'events.md')

mkdirSync(folder, { recursive: true })
for (const topic of topics)
  writeFileSync(join(folder, `${topic}.json`), `${JSON.stringify(eventJsonSchema(topic), null, 2)}\n`)
writeFileSync(join(folder, 'strategy-file.json'), `${JSON.stringify(strategyFileSchema(), null, 2)}\n`)
const wanted = new Set([...topics.map((topic) => `${topic}.json`), 'strategy-file.json'])
for (const file of readdirSync(folder)) if (!wanted.has(file)) rmSync(join(folder, file))
writeFileSync(guide, withTopicTable(readFileSync(guide, 'utf8')))
writeFileSync(join(root, 'docs', 'indicators.md'), indicatorPage())

import { catalogue, topics } from '#schemas/catalogue.ts'
import { writerWords } from './event-json-schema.ts'

const opening = '<!-- topics: written by npm run export:schemas -->'
const closing = '<!-- end of topics -->'

/** A Markdown text with the table of topics put between its two marks. Throws when it does not have both. */
export function withTopicTable(markdown: string): string {
  const from = markdown.indexOf(opening)
  const to = markdown.indexOf(closing)
  if (from < 0 || to < from) throw new Error(`the text does not have ${opening} and ${closing}`)
  return `${markdown.slice(0, from)}${opening}\n${topicTable()}\n${markdown.slice(to)}`
}

function topicTable(): string {
  const rows = topics.map((topic) => {
    const { v, writer, durability, isSigned } = { isSigned: false, ...catalogue[topic] }
    const file = `[\`${topic}\`](../schemas/json/${topic}.json)`
    return `| ${file} | ${v} | ${writerWords(writer)} | ${durability} | ${isSigned ? 'yes' : ''} |`
  })
  return ['| topic | version | writer | durability | signed |', '|---|--:|---|---|---|', ...rows].join('\n')
}

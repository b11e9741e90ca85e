import fc from 'fast-check'
import { expect, it } from 'vitest'
import { contentOf, signedBody } from '#lib/codec/event-text.ts'
import { lineBytesMost, writeLines } from '#lib/journal/commit-lines.ts'
import { lineOf } from '#lib/journal/log-line.ts'
import { fact } from '#test/lib/journal/bodies.ts'

const Event = fc.record({
  topic: fc.constantFrom('md.bar', 'md.tick', 'system.time'),
  text: fc.string({ unit: fc.constantFrom('a', '"', '\\', 'ö', '元', '😀', '\ud800', '\u0000') }),
  following: fc.constantFrom(0, 1, 9_999),
  sig: fc.constantFrom(undefined, 's'.repeat(86)),
})
const Seq = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 1_000 })

it('[J7] a line as bytes is the text of the line, whatever is in it; the lines of a namespace lie together', () => {
  fc.assert(
    fc.property(fc.array(Event, { maxLength: 20 }), Seq, Seq, (said, head, durable) => {
      const events = said.map(({ topic, text, following, sig }, i) => {
        const plain = fact('md', 1, i, topic, text)
        const line = lineOf(contentOf(head + 1 + i, plain), { durable, following, ...(sig && { sig }) })
        const body = sig === undefined ? plain : signedBody(plain, sig)
        return { line, seq: head + 1 + i, topic, at: i, body, following }
      })
      const into = Buffer.alloc(lineBytesMost(events) + 1, '!')
      const { bytes, runs } = writeLines(into, events, durable)
      expect(bytes.toString()).toBe(Buffer.from(events.map(({ line }) => `${line}\n`).join('')).toString())
      expect(into.at(-1)).toBe(33)
      expect(Buffer.concat(runs.map((run) => run.bytes)).equals(bytes)).toBe(true)
      expect(
        runs.flatMap(({ namespace, firstSeq, topics, ats }) =>
          topics.map((topic, i) => [namespace, firstSeq + i, topic, ats[i]]),
        ),
      ).toEqual(events.map(({ seq, topic, at }) => [topic.split('.')[0], seq, topic, at]))
      runs.forEach(({ namespace }, i) => void expect(namespace).not.toBe(runs[i + 1]?.namespace))
    }),
  )
})

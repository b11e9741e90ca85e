import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkBody } from '#lib/codec/check-event.ts'
import { writeContent } from '#lib/codec/event-bytes.ts'
import { readEvent } from '#lib/codec/event-reader.ts'
import { bodyOf, contentOf } from '#lib/codec/event-text.ts'
import { readerOf } from '#lib/codec/topic-codec.ts'
import { catalogue, type Topic, topics } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { anyOfSchema } from '#test/lib/codec/any-of-schema.ts'

const word = fc.stringMatching(/^[a-z][a-z0-9_-]{0,20}$/)
const id = fc
  .tuple(word, fc.constantFrom('', 'e'), fc.nat(), fc.nat())
  .map(([source, e, major, n]) => `${source}:${e}${major}.${n}`)

const anyEvent = (topic: Topic): fc.Arbitrary<Event> =>
  (
    fc.record({
      seq: fc.oneof(fc.integer({ min: 1 }), fc.constant(Number.MAX_SAFE_INTEGER)),
      id,
      topic: fc.constant(topic),
      v: fc.constant(catalogue[topic].v),
      at: fc.oneof(fc.nat(), fc.maxSafeNat()),
      source: word,
      cause: fc.option(id, { nil: null }),
      payload: anyOfSchema(catalogue[topic].schema),
    }) as fc.Arbitrary<Event>
  ).filter(({ payload }) => catalogue[topic].schema.safeParse(payload).success)

/** As bytes, and the same read as Latin-1. */
function read(text: string) {
  const bytes = Buffer.from(text)
  const found = readEvent(bytes, bytes.toString('latin1'), 0)
  return found !== undefined && found.end === bytes.length - 1 && text.endsWith('}') ? found.event : undefined
}

describe.each(topics)('%s', (topic) => {
  const runs = { numRuns: 60 }

  it('is written as JSON that says the same', () => {
    fc.assert(
      fc.property(anyEvent(topic), (event) => {
        const bytes = Buffer.alloc(1 << 16)
        const text = bytes.toString('utf8', 0, writeContent(bytes, 0, event))
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(event)))
        expect(contentOf(event.seq, bodyOf(event))).toBe(text)
      }),
      runs,
    )
  })

  it('answers that there is too little room, however little there is', () => {
    fc.assert(
      fc.property(anyEvent(topic), fc.nat(), (event, room) => {
        const end = writeContent(Buffer.alloc(1 << 16), 0, event)
        expect(writeContent(Buffer.alloc(room % end), 0, event)).toBeGreaterThanOrEqual(end)
      }),
      runs,
    )
  })

  it('is read back as it was, unless only JSON can', () => {
    fc.assert(
      fc.property(anyEvent(topic), (event) => {
        const text = contentOf(event.seq, bodyOf(event))
        const found = read(text)
        // Text with an escape is left to JSON.parse, and text beyond ASCII, which may be longer in bytes than its schema says.
        const isPlain = !text.includes('\\') && Buffer.byteLength(text) === text.length
        if (found === undefined) expect(readerOf(topic) === null || !isPlain).toBe(true)
        else expect(JSON.stringify(found.payload)).toBe(JSON.stringify(JSON.parse(text).payload))
        if (found !== undefined) expect(found).toEqual(JSON.parse(text))
      }),
      runs,
    )
  })

  it('is never read as valid where JSON and the schema say otherwise, or say another thing, or in another form', () => {
    fc.assert(
      fc.property(
        anyEvent(topic),
        fc.nat(),
        fc.constantFrom('', '"', '\\', '-', '0', '9', '.', 'e', ',', '}', 'x', 'é', '\n'),
        fc.boolean(),
        (event, where, put, isInsert) => {
          const body = bodyOf(event)
          const at = where % body.length
          // Through bytes: a cut between surrogates is no text that could arrive.
          const text = Buffer.from(body.slice(0, at) + put + body.slice(isInsert ? at : at + 1)).toString()
          const found = read(text)
          if (found === undefined) return
          expect(found).toEqual({ seq: 0, ...JSON.parse(text) })
          expect(bodyOf(found)).toBe(text)
          expect(catalogue[found.topic].schema.safeParse(found.payload).success).toBe(true)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('is checked the same by both ways', () => {
    fc.assert(
      fc.property(anyEvent(topic), (event) => {
        const { seq, ...said } = event
        const asWritten = checkBody(bodyOf(event))
        const withMore = checkBody(JSON.stringify({ ...said, payload: { ...said.payload, more: 1 } }))
        expect(asWritten.kind).toBe('valid')
        expect(withMore.kind).toBe('valid')
        if (asWritten.kind === 'valid') expect(asWritten.event).toEqual(JSON.parse(JSON.stringify({ seq: 0, ...said })))
        if (withMore.kind === 'valid') expect(withMore.body).toContain('"more":1')
      }),
      runs,
    )
  })
})

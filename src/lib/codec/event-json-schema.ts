import { z } from 'zod'
import { catalogue, type Topic } from '#schemas/catalogue.ts'
import { Envelope } from '#schemas/envelope.ts'

/** JSON Schema (draft 2020-12) of a topic's whole event: envelope and payload. Fields that it does not name are allowed. */
export function eventJsonSchema(topic: Topic): Record<string, unknown> {
  const { schema, v, writer } = catalogue[topic]
  const event = Envelope.extend({ topic: z.literal(topic), v: z.literal(v), payload: schema })
  const { $schema, ...rest } = z.toJSONSchema(event, { io: 'input' })
  return { $schema, title: `${topic} v${v}`, description: `Written by ${writerWords(writer)}.`, ...rest }
}

/** `self` in words. */
export const writerWords = (writer: string): string => (writer === 'self' ? 'any service, about itself' : writer)

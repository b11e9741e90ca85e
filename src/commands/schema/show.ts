import { Args } from '@oclif/core'
import { eventJsonSchema } from '#lib/codec/event-json-schema.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { nearestWords } from '#lib/terminal/nearest-words.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { isTopic, topics } from '#schemas/catalogue.ts'

export default class SchemaShow extends TraderCommand {
  static override summary = 'Print the JSON Schema of a topic: the whole event, envelope and payload'
  static override examples = ['<%= config.bin %> schema show order.fill']
  static override enableJsonFlag = true
  static override args = {
    topic: Args.string({ required: true, description: 'A topic, like md.bar; schema list names them' }),
  }

  async run(): Promise<unknown> {
    const { topic } = (await this.parse(SchemaShow)).args
    if (!isTopic(topic)) {
      const near = nearestWords(topic, topics)
      const hint = near.length > 0 ? `did you mean: ${near.join(', ')}` : 'trader schema list names them'
      throw new UserError(`there is no topic ${JSON.stringify(topic)}`, { hint })
    }
    const schema = eventJsonSchema(topic)
    this.log(JSON.stringify(schema, null, 2))
    return schema
  }
}

import { Flags } from '@oclif/core'
import { answerCases } from '#compose/answer-cases.ts'
import { QueueCase, queueAnswer } from '#lib/matching/queue-case.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'

export default class VenueQueue extends TraderCommand {
  static override summary =
    'Follow resting orders in the queue at their price: what trades give them, what stands before them'
  static override description =
    'Reads a JSON object a line: a resting order and the trades and depth changes after it, in the conservative FIFO model. Writes a line {"id", "expected"} for each; expected is null, with the reason on stderr and exit code 2, where a case cannot be computed.'
  static override examples = ['<%= config.bin %> venue queue --in queue_conservative.jsonl --out answers.jsonl']
  static override enableJsonFlag = true
  static override flags = {
    in: Flags.string({ required: true, helpValue: 'FILE', description: 'Cases, JSONL, may be gzip; - is stdin' }),
    out: Flags.string({ required: true, helpValue: 'FILE', description: 'Answers, JSONL; - is stdout' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(VenueQueue)
    const done = answerCases(flags.in, flags.out, {
      key: 'id',
      schema: QueueCase,
      answer: queueAnswer,
      say: (line) => this.say(line),
    })
    if (done.failed > 0) process.exitCode = exitCode.usage
    this.say(`${done.cases} cases, ${done.failed} that could not be computed`)
    return done
  }
}

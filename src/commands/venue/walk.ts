import { Flags } from '@oclif/core'
import { answerCases } from '#compose/answer-cases.ts'
import { WalkCase, walkAnswer } from '#lib/matching/walk-case.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'

export default class VenueWalk extends TraderCommand {
  static override summary = 'Match orders against books: fills level by level, slippage, fee, what rests'
  static override description =
    'Reads a JSON object a line: a book and an order (market or limit; GTC, IOC or FOK). Writes a line {"id", "expected"} for each; expected is null, with the reason on stderr and exit code 2, where a case cannot be computed.'
  static override examples = ['<%= config.bin %> venue walk --in book_walk.jsonl --out answers.jsonl']
  static override enableJsonFlag = true
  static override flags = {
    in: Flags.string({ required: true, helpValue: 'FILE', description: 'Cases, JSONL, may be gzip; - is stdin' }),
    out: Flags.string({ required: true, helpValue: 'FILE', description: 'Answers, JSONL; - is stdout' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(VenueWalk)
    const done = answerCases(flags.in, flags.out, {
      key: 'id',
      schema: WalkCase,
      answer: walkAnswer,
      say: (line) => this.say(line),
    })
    if (done.failed > 0) process.exitCode = exitCode.usage
    this.say(`${done.cases} cases, ${done.failed} that could not be computed`)
    return done
  }
}

import { Args, Flags } from '@oclif/core'
import { type Refusal, simulateScript } from '#compose/simulate-script.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { formatTable } from '#lib/terminal/table.ts'
import type { Event } from '#schemas/event.ts'

export default class VenueSimulate extends TraderCommand {
  static override summary = 'Take a script of market facts and wishes through gate, orders, simulated venue and books'
  static override description =
    'A script is JSON lines in order of time: settings, then facts ({"at", "topic", "payload"}) and wishes ({"at", "wish": {"strategy", "instrument", "target", …}}). It prints the fills and the account, with --events every event. See examples/fidelity.'
  static override examples = [
    '<%= config.bin %> venue simulate examples/fidelity/goog-750-put.jsonl',
    '<%= config.bin %> venue simulate script.jsonl --events | jq .topic',
  ]
  static override enableJsonFlag = true
  static override args = { script: Args.string({ required: true, description: 'The script; - is stdin' }) }
  static override flags = { events: Flags.boolean({ description: 'Print every event, a JSON object a line' }) }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(VenueSimulate)
    const fills: Event<'order.fill'>[] = []
    const events: string[] = []
    const { account, refusals, ...counts } = simulateScript(args.script, (event) => {
      if (event.topic === 'order.fill') fills.push(event as Event<'order.fill'>)
      if (flags.events) events.push(JSON.stringify(event))
    })
    if (flags.events) this.log(events.join('\n'))
    else {
      const rows = fills.map(({ at, payload }) => [
        new Date(at / 1_000).toISOString(),
        payload.strategy,
        payload.instrument,
        payload.side,
        payload.quantity,
        payload.price,
        payload.fee,
      ])
      const right = (head: string) => ({ head, align: 'right' as const })
      const columns = [{ head: 'time' }, { head: 'strategy' }, { head: 'instrument' }, { head: 'side' }]
      this.log(formatTable([...columns, right('quantity'), right('price'), right('fee')], rows))
      if (refusals.length > 0) this.log(formatTable(refusedColumns, refusals.map(refusedRow)))
      this.log(`equity ${account.equity} ${account.currency}`)
    }
    const refused = { refusals: refusals.map(({ at, topic, payload }) => ({ at, topic, ...payload })) }
    return { ...counts, account, fills: fills.map(({ payload }) => payload), ...refused }
  }
}

const refusedColumns = ['time', 'refused by', 'instrument', 'code', 'with'].map((head) => ({ head }))

function refusedRow({ at, topic, payload }: Refusal): string[] {
  const words =
    'reason' in payload || 'clientOrderId' in payload
      ? [payload.clientOrderId, payload.reason]
      : [payload.strategy, payload.value, payload.limit && `limit ${payload.limit}`]
  const by = topic === 'risk.rejected' ? 'gate' : 'venue'
  const said = words.filter((word) => word !== undefined).join(', ')
  return [new Date(at / 1_000).toISOString(), by, payload.instrument, payload.code, said]
}

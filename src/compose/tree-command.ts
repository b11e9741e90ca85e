import { userInfo } from 'node:os'
import type { RouterDoor } from '#compose/tree-door.ts'
import { readSecret } from '#lib/bus/auth.ts'
import { connectBus } from '#lib/bus/bus-client.ts'
import { trustedCa } from '#lib/bus/trusted-ca.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Fact } from '#schemas/event.ts'

export type OperatorCommand = Omit<PayloadOf<'system.command'>, 'operator'>
export type CommandAnswer = { readonly id: string; readonly isDone: boolean; readonly message: string }

const answerWithinMs = 10_000

/** Says a command on the bus as the operator and waits for its answer; one that does not come within 10 s is a refusal. */
export async function commandTree({ routerUrl, keys }: RouterDoor, command: OperatorCommand): Promise<CommandAnswer> {
  const nowMs = Date.now()
  const id = `operator:e${nowMs}.0`
  let hear: (event: Event) => void = () => undefined
  const answered = new Promise<CommandAnswer>((resolve) => {
    hear = ({ topic, payload }) => {
      if (topic === 'system.command.result' && payload.command === id) resolve({ id, ...payload })
    }
  })
  const bus = await connectBus({
    url: routerUrl,
    identity: 'operator',
    secret: readSecret(keys, 'operator'),
    ca: trustedCa(routerUrl, keys),
    from: 'head',
    topics: ['system.command.result'],
    onEvents: (events) => events.forEach((event) => void hear(event)),
  })
  const fact: Fact<'system.command'> = {
    topic: 'system.command',
    payload: { ...command, reason: command.reason.slice(0, 1_800), operator: operatorName() },
    at: nowMs * 1_000,
    epoch: nowMs,
    n: 0,
  }
  try {
    await bus.publishFacts([fact])
    return await Promise.race([answered, noAnswer(id)])
  } finally {
    bus.close()
  }
}

const noAnswer = (id: string): Promise<CommandAnswer> =>
  new Promise((resolve) => {
    const message = `no answer within ${answerWithinMs / 1_000} s; it is in the log and will be answered when its service is back`
    setTimeout(() => resolve({ id, isDone: false, message }), answerWithinMs).unref()
  })

/** The name of the system's user, as a name on the bus. */
function operatorName(): string {
  const name = userInfo()
    .username.toLowerCase()
    .replace(/[^a-z0-9_-]/g, '-')
    .replace(/^[^a-z]+/, '')
  return name === '' ? 'operator' : name.slice(0, 64)
}

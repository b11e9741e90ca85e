import { userInfo } from 'node:os'
import type { RouterDoor } from '#compose/tree-door.ts'
import { readSecret } from '#lib/bus/auth.ts'
import { connectBus } from '#lib/bus/bus-client.ts'
import { trustedCa } from '#lib/bus/trusted-ca.ts'
import { factId } from '#lib/kernel/event-id.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Fact } from '#schemas/event.ts'

export type OperatorCommand = Omit<PayloadOf<'system.command'>, 'operator'>
export type CommandAnswer = {
  readonly id: string
  readonly isDone: boolean
  readonly message: string
  /** Who was to answer has not, at least in part: what was asked is in the log, or that is not known. */
  readonly isUnanswered?: true
  /** Of a halt: what the venue has confirmed of the orders that it canceled; null where nothing was said within the time. */
  readonly orders?: MassCancel | null
}
type MassCancel = PayloadOf<'order.mass_cancel_reported'>

/** `partMs` is how long the second of two answers may take after the first. */
export type CommandTimes = { readonly nowMs: () => number; readonly withinMs: number; readonly partMs: number }

const times: CommandTimes = { nowMs: Date.now, withinMs: 10_000, partMs: 3_000 }
const attemptsMost = 20

/**
 * Says a command on the bus as the operator and waits for its answer; one that does not come within 10 s is a refusal. A command to a strategy is
 * answered by its process and by the gate; where one of them is silent for 3 s after the other, that is said. When another command has taken its id
 * meanwhile it is said again with the next one.
 */
export async function commandTree(
  door: RouterDoor,
  command: OperatorCommand,
  { nowMs, ...within }: CommandTimes = times,
): Promise<CommandAnswer> {
  for (let attempt = 0; attempt < attemptsMost; attempt++) {
    const answer = await sayOnce(door, command, nowMs(), within)
    if (answer !== null) return answer
  }
  throw new Error(`not said: ${attemptsMost} times another command of the operator came first`)
}

/** Null when the log has another command of that id, or a later one: this one is not in it. */
async function sayOnce(
  { routerUrl, keys }: RouterDoor,
  command: OperatorCommand,
  nowMs: number,
  { withinMs, partMs }: Omit<CommandTimes, 'nowMs'>,
): Promise<CommandAnswer | null> {
  const results = new Map<string, Map<string, CommandAnswer>>()
  const halts = new Map<string | null, string>()
  const massCancels = new Map<string, MassCancel>()
  let heard: () => void = () => undefined
  const bus = await connectBus({
    url: routerUrl,
    identity: 'operator',
    secret: readSecret(keys, 'operator'),
    ca: trustedCa(routerUrl, keys),
    from: 'head',
    topics: ['system.command.result', 'risk.halted', 'order.mass_cancel_reported'],
    onEvents: (events) => {
      for (const { topic, payload, id, cause, source } of events)
        if (topic === 'system.command.result') {
          if (cause !== payload.command || !whoAnswers(command).includes(source)) continue
          const bySource = results.get(payload.command) ?? new Map<string, CommandAnswer>()
          results.set(payload.command, bySource.set(source, { id: payload.command, ...payload }))
        } else if (topic === 'risk.halted') halts.set(cause, id)
        else if (topic === 'order.mass_cancel_reported') massCancels.set(payload.of, payload)
      heard()
    },
  })
  try {
    const { marks, now } = bus.welcome
    // A clock that is behind that of an earlier command must not make this one look like a repeat of it.
    const epoch = Math.max(nowMs, (marks.operator?.fact?.epoch ?? 0) + 1)
    const id = factId('operator', epoch, 0)
    const payload = { ...command, reason: command.reason.slice(0, 1_800), operator: operatorName() }
    const fact: Fact<'system.command'> = { topic: 'system.command', payload, at: now, epoch, n: 0 }
    const silent = (what: string) => noAnswer(id, withinMs, what)
    const said = await Promise.race([bus.publishFacts([fact]), silent('whether it is in the log is not known')])
    if ('message' in said) return said
    if (said.isRepeated) return null
    const when = <T>(found: () => T | undefined) =>
      new Promise<T>((resolve) => {
        heard = () => {
          const value = found()
          if (value !== undefined) resolve(value)
        }
        heard()
      })
    const unanswered = silent('it is in the log and will be answered when its service is back')
    const first = await Promise.race([when(() => results.get(id)), unanswered])
    if ('message' in first) return first
    if (command.command.startsWith('strategy.')) {
      await Promise.race([when(() => (first.size > 1 ? first : undefined)), after(partMs)])
      return ofStrategy(id, command, first, partMs)
    }
    const [answer] = [...first.values()] as [CommandAnswer]
    const halt = halts.get(id)
    if (halt === undefined) return answer
    const confirmed = when(() => massCancels.get(halt))
    return { ...answer, orders: await Promise.race([confirmed, unanswered.then(() => null)]) }
  } finally {
    bus.close()
  }
}

/** Whose word on a command counts. */
function whoAnswers({ command }: OperatorCommand): readonly string[] {
  switch (command) {
    case 'halt':
    case 'resume':
    case 'position.close':
      return ['risk']
    case 'strategy.halt':
    case 'strategy.resume':
      return ['strategy', 'risk']
    case 'cancel_all':
    case 'order.replace':
    case 'order.cancel':
      return ['orders']
    case 'chain.snapshot':
      return ['md']
  }
}

/** What the process of a strategy said and what the gate did. */
function ofStrategy(
  id: string,
  { command }: OperatorCommand,
  answers: ReadonlyMap<string, CommandAnswer>,
  partMs: number,
): CommandAnswer {
  const [strategy, gate] = [answers.get('strategy'), answers.get('risk')]
  const said = [strategy, gate].filter((answer) => answer !== undefined)
  const message = said.map((answer) => answer.message).join('; ')
  if (strategy && gate) return { id, isDone: strategy.isDone && gate.isDone, message }
  const silent = strategy ? 'the risk gate' : 'the process of the strategy'
  const open = !strategy && command === 'strategy.halt' ? ', and closes no position before' : ''
  const unanswered = `${silent} has not answered within ${partMs / 1_000} s: it does when it is back${open}`
  return { id, isDone: false, isUnanswered: true, message: `${message}; ${unanswered}` }
}

const after = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })

const noAnswer = (id: string, withinMs: number, what: string): Promise<CommandAnswer> =>
  new Promise((resolve) => {
    const message = `no answer within ${withinMs / 1_000} s; ${what}`
    setTimeout(() => resolve({ id, isDone: false, isUnanswered: true, message }), withinMs).unref()
  })

/** The name of the system's user, as a name on the bus. */
function operatorName(): string {
  const name = userInfo()
    .username.toLowerCase()
    .replace(/[^a-z0-9_-]/g, '-')
    .replace(/^[^a-z]+/, '')
  return name === '' ? 'operator' : name.slice(0, 64)
}

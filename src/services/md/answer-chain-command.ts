import type { Event, Statement } from '#schemas/event.ts'
import type { Chain } from './chain.ts'
import { chainAt } from './chains.ts'

type Said = Statement<'md.option.chain.snapshot' | 'system.command.result'>

/**
 * An operator or a service asks for a chain as it is behind the newest event of the market (a command has the time of its operator, in a replay another one): the
 * one that is named, or all; other commands are for others. [MD-C5]
 */
export function answerChainCommand(
  chains: readonly Chain[],
  { id, payload }: Event<'system.command' | 'system.request'>,
): readonly Said[] {
  const { instrument } = payload
  if (('command' in payload ? payload.command : payload.request) !== 'chain.snapshot') return []
  const asked = chains.filter(({ wanted }) => instrument === undefined || wanted.underlying === instrument)
  const result = (isDone: boolean, message: string): Said => ({
    topic: 'system.command.result',
    payload: { command: id, isDone, message },
  })
  if (asked.length === 0) {
    const kept = chains.map(({ wanted }) => wanted.underlying).join(', ')
    return [result(false, kept === '' ? 'no chain is kept: name some under chains' : `kept are the chains of ${kept}`)]
  }
  const payloads = asked.map((chain) => chainAt(chain, chain.newestAt))
  const counts = payloads.map(({ underlying, contracts }) => `${contracts.length} contracts on ${underlying}`)
  return [
    ...payloads.map((payload) => ({ topic: 'md.option.chain.snapshot' as const, payload })),
    result(true, counts.join(', ').slice(0, 2_000)),
  ]
}

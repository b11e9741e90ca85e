import { compareExact, parseExact } from '#lib/bars/exact-decimal.ts'
import type { Statement } from '#schemas/event.ts'
import type { Account, Wish } from './account.ts'
import { positionOf } from './book.ts'
import type { BrokenLimit } from './proposal.ts'
import { refuseLegs } from './refusal.ts'

type Out =
  | 'risk.approved'
  | 'risk.rejected'
  | 'risk.superseded'
  | 'risk.halted'
  | 'risk.resumed'
  | 'risk.strategy_halted'
  | 'risk.strategy_resumed'
  | 'risk.margin'
  | 'system.alert'
  | 'system.command.result'

/** The halt that what adds meets: of everything, of its strategy, of its instrument. [R17] [R33] [R42] */
export function haltOf(
  account: Account,
  { strategy, instrument }: Pick<Wish, 'strategy' | 'instrument'>,
): BrokenLimit | null {
  if (account.halt !== null) return { code: 'HALTED', value: account.halt.code }
  const halted = account.strategies.get(strategy)?.halted ?? null
  if (halted !== null) return { code: 'STRATEGY_HALTED', value: halted }
  return account.haltedInstruments.includes(instrument) ? { code: 'INSTRUMENT_HALTED', value: instrument } : null
}

/** A wish that may not begin to wait under a halt: one that only adds, or, where nothing passes, any. [R51] */
export const haltedBeforeWaiting = (account: Account, wish: Wish): BrokenLimit | null =>
  account.halt?.state === 'HALTED' || onlyAdds(account, wish) ? haltOf(account, wish) : null

/** What waits and may not any more, after what was said: a halt refuses it at once, and its end what came to wait under it. [R51] */
export function haltedWhileWaiting(account: Account, said: readonly Statement<Out>[]): Statement<'risk.rejected'>[] {
  const { waiting, rolls } = account
  if (waiting.size === 0 && rolls.size === 0) return []
  const answered = new Set(said.map(({ payload }) => ('intent' in payload ? payload.intent : null)))
  const broken = (wish: Wish) => {
    for (const one of said) {
      const found = brokenBy(account, one, wish)
      if (found !== null) return found
    }
    return account.haltedInstruments.includes(wish.instrument) ? haltedBeforeWaiting(account, wish) : null
  }
  const wishes = [...waiting.values()].map(({ wish }) => [wish])
  const legs = [...rolls.values()].filter(({ closing }) => closing !== null).map((roll) => roll.wishes)
  return [...wishes, ...legs].flatMap((together) => {
    const first = together.find((wish) => !answered.has(wish.intent) && broken(wish) !== null)
    return first === undefined
      ? []
      : refuseLegs(together, { instrument: first.instrument, ...(broken(first) as BrokenLimit) })
  })
}

function brokenBy(account: Account, said: Statement<Out>, wish: Wish): BrokenLimit | null {
  const isOfStrategy = 'strategy' in said.payload && said.payload.strategy === wish.strategy
  switch (said.topic) {
    case 'risk.halted':
      return said.payload.state === 'HALTED' || onlyAdds(account, wish)
        ? { code: 'HALTED', value: said.payload.code }
        : null
    case 'risk.strategy_halted':
      return isOfStrategy && onlyAdds(account, wish) ? { code: 'STRATEGY_HALTED', value: said.payload.code } : null
    case 'risk.resumed':
      return isFlat(wish) ? null : haltOf(account, wish)
    case 'risk.strategy_resumed':
      return !isOfStrategy || isFlat(wish) ? null : haltOf(account, wish)
    case 'system.command.result':
      return isFlat(wish) || !said.payload.instruments?.includes(wish.instrument) ? null : haltOf(account, wish)
    case 'risk.approved':
    case 'risk.rejected':
    case 'risk.superseded':
    case 'risk.margin':
    case 'system.alert':
      return null
  }
}

const isFlat = ({ target }: Wish): boolean => parseExact(target).units === 0n

/** Does it do nothing but move the position, as it is, away from zero? */
function onlyAdds(account: Account, { strategy, instrument, target }: Wish): boolean {
  const position = positionOf(account, strategy, instrument)
  const distance = compareExact(parseExact(target), position)
  return position.units > 0n ? distance > 0 : position.units < 0n ? distance < 0 : distance !== 0
}

import { externalStrategy } from '#lib/domain/external-order.ts'
import { newestPrice } from '#lib/domain/newest-price.ts'
import { commandResult } from '#lib/domain/operator-command.ts'
import type { Event, Statement } from '#schemas/event.ts'
import type { Account, Wish } from './account.ts'
import type { Book } from './book.ts'
import { foldWish } from './fold-orders.ts'
import { overtakenRolls } from './judge-roll.ts'
import { answerWish } from './judge-wish.ts'
import { inWholeLots } from './listing.ts'
import { exactText } from './proposal.ts'

type Command = Event<'system.command'>
type Verdict = ReturnType<typeof answerWish>[number]

/** An operator wishes that a position be flat: from here on that is a wish like another, and the command its intent. [R54] */
export function foldClose(account: Account, command: Command): void {
  const wish = wishOf(account, command)
  if (typeof wish !== 'string') foldWish(account, { ...command, topic: 'instrument.resolved', payload: wish })
}

/** What becomes of it, and the same in words. [R54] */
export function answerClose(
  account: Account,
  command: Command,
): readonly (Verdict | Statement<'system.command.result'>)[] {
  const wish = wishOf(account, command)
  if (typeof wish === 'string') return [commandResult(command.id, false, wish)]
  const verdicts = [...overtakenRolls(account, wish), ...answerWish(account, wish, command.at)]
  const own = verdicts.filter(({ payload }) => payload.intent === wish.intent)
  const isDone = own.every(({ topic }) => topic !== 'risk.rejected')
  return [...verdicts, commandResult(command.id, isDone, own.map(wordsOf).join('; '))]
}

/** The wish, or why there is none: it is about one position. */
function wishOf(account: Account, { id, payload }: Command): Wish | string {
  const { instrument, target } = payload
  if (instrument === undefined) return 'name an instrument'
  const own = [...(account.books.byInstrument.get(instrument) ?? [])]
    .filter(({ strategy, position }) => position.units !== 0n && strategy === (target ?? strategy))
    .filter(({ strategy }) => strategy !== externalStrategy)
    .sort((a, b) => (a.strategy < b.strategy ? -1 : 1))
  const held = own.filter(({ position }) => inWholeLots(account, instrument, position, position).units !== 0n)
  const [one, another] = held
  if (one === undefined) return own[0] ? tooLittle(own[0]) : nothingToClose(account, instrument, target)
  if (another !== undefined) {
    const names = held.map(({ strategy, position }) => `${strategy} (${exactText(position)})`).join(', ')
    return `several strategies hold ${instrument}: ${names}; name one of them`
  }
  const { strategy } = one
  const referencePrice = newestPrice(account.prices, instrument) ?? '0'
  // Of a time in force that every venue keeps.
  const terms = { target: '0', orderType: 'market', timeInForce: 'GTC', referencePrice } as const
  return { intent: id, strategy, role: 'operator', instrument, ...terms }
}

const tooLittle = ({ strategy, instrument, position }: Book): string =>
  `${strategy} holds ${exactText(position)} ${instrument}, less than a lot: no order can close it`

function nothingToClose({ books }: Account, instrument: string, target?: string): string {
  const others = [...(books.byInstrument.get(instrument) ?? [])].find(({ strategy }) => strategy === externalStrategy)
  const isOthers = target === undefined || target === externalStrategy
  if (others !== undefined && others.position.units !== 0n && isOthers)
    return `what ${externalStrategy} holds (${exactText(others.position)} ${instrument}) was traded by others and is left: close it at the exchange itself, the books follow`
  return `${target ?? 'no strategy'} holds ${target === undefined ? '' : 'no '}${instrument}`
}

function wordsOf({ topic, payload }: Verdict): string {
  const { strategy, instrument } = payload
  switch (topic) {
    case 'risk.approved':
      return `${payload.side} ${payload.quantity} ${instrument} of ${strategy} at the market`
    case 'risk.superseded':
      return `${instrument} of ${strategy} is closed at the market when its orders at work have been canceled, unless its strategy wishes for something else before`
    case 'risk.rejected': {
      const { code, value, limit } = payload
      return [code, value, limit === undefined ? undefined : `limit ${limit}`]
        .filter((word) => word !== undefined)
        .join(' ')
    }
  }
}

import type { Event } from '#schemas/event.ts'
import { massCancelText } from '../mass-cancel-text.ts'

export type Notice = { readonly at: number; readonly text: string }

export type HaltsShown = {
  /** Why there is no new exposure; null while there may be. */
  readonly halted: string | null
  /** Strategies that are stopped, and by whom: a strategy runs when nobody stops it. */
  readonly stopped: readonly { readonly strategy: string; readonly by: 'strategy' | 'risk' }[]
  /** Newest first. */
  readonly notices: readonly Notice[]
}

export const noHalts: HaltsShown = { halted: null, stopped: [], notices: [] }

const noticesKept = 20

/** What is halted, and what a person should look at, after an event. */
export function haltOf(halts: HaltsShown, event: Event): HaltsShown {
  const notice = (text: string): HaltsShown => ({
    ...halts,
    notices: [{ at: event.at, text }, ...halts.notices].slice(0, noticesKept),
  })
  switch (event.topic) {
    case 'risk.halted': {
      const { code, reason } = event.payload
      return { ...notice(`halted: ${code}: ${reason}`), halted: `${code}: ${reason}` }
    }
    case 'risk.resumed':
      return { ...notice(`resumed: ${event.payload.reason}`), halted: null }
    case 'risk.rejected': {
      const { strategy, instrument, code, value, limit } = event.payload
      const numbers = value === undefined ? '' : ` ${value}${limit === undefined ? '' : ` over ${limit}`}`
      // A wish that is fulfilled already asks nobody to look.
      return code === 'ALREADY_AT_TARGET' ? halts : notice(`risk rejected ${strategy} ${instrument}: ${code}${numbers}`)
    }
    case 'risk.violation': {
      const { code, value, limit, instrument, strategy } = event.payload
      const whose = instrument ?? strategy
      return notice(`${code}${whose === undefined ? '' : ` ${whose}`}: ${value}, limit ${limit}`)
    }
    case 'strategy.status': {
      const { strategy, state, reason } = event.payload
      const stopped = stoppedBy(halts, 'strategy', strategy, state !== 'active')
      return { ...notice(`${strategy} ${state}: ${reason}`), stopped }
    }
    case 'risk.strategy_halted': {
      const { strategy, code, value, limit, reason } = event.payload
      const stopped = stoppedBy(halts, 'risk', strategy, true)
      const why = reason === undefined ? `${code} ${value}, limit ${limit}` : `${code}: ${reason}`
      return { ...notice(`risk halted ${strategy}: ${why}`), stopped }
    }
    case 'risk.strategy_resumed': {
      const { strategy, reason } = event.payload
      return { ...notice(`risk resumed ${strategy}: ${reason}`), stopped: stoppedBy(halts, 'risk', strategy, false) }
    }
    case 'system.alert': {
      const { code, subject, message } = event.payload
      return notice(`${code} ${subject}: ${message}`)
    }
    case 'order.mass_cancel_reported':
      return notice(massCancelText(event.payload))
    case 'system.command.result':
      return notice(event.payload.isDone ? event.payload.message : `refused: ${event.payload.message}`)
  }
  return halts
}

const stoppedBy = (
  { stopped }: HaltsShown,
  by: HaltsShown['stopped'][number]['by'],
  strategy: string,
  isStopped: boolean,
): HaltsShown['stopped'] => [
  ...stopped.filter((one) => one.by !== by || one.strategy !== strategy),
  ...(isStopped ? [{ strategy, by }] : []),
]

import { dayMicros } from '#lib/time/day-micros.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'

export const simulatedUnderlying = 'ACME.SIM'

export type SimulatedOption = {
  readonly listing: PayloadOf<'md.instrument'>
  readonly strikeTicks: number
  readonly isCall: boolean
  readonly expiresAt: number
}

/** The one share of the built-in market: a tick is a cent. */
export const acme: PayloadOf<'md.instrument'> = {
  instrument: simulatedUnderlying,
  kind: 'equity',
  tickSize: '0.01',
  lotSize: '1',
  multiplier: '1',
  currency: 'USD',
  isSimulated: true,
}

/** Its chain on a day: three expiries, on the first Fridays at least 7, 30 and 90 days away, of nine strikes 5.00 apart around the price, calls and puts. */
export function simulatedChain(startAt: number, priceTicks: number): SimulatedOption[] {
  const middle = Math.round(priceTicks / strikeStepTicks) * strikeStepTicks
  const startDay = Math.floor(startAt / dayMicros)
  return [7, 30, 90].flatMap((days) => {
    const day = fridayFrom(startDay + days)
    return [-4, -3, -2, -1, 0, 1, 2, 3, 4].flatMap((step) =>
      [true, false].map((isCall) => optionOf(day, middle + step * strikeStepTicks, isCall)),
    )
  })
}

/** Ticks of a cent as price text: 10050 is `100.50`. */
export function centsText(ticks: number): string {
  const cents = ticks % 100
  return `${(ticks - cents) / 100}.${cents < 10 ? '0' : ''}${cents}`
}

const strikeStepTicks = 500
/** Options end at 20:00 UTC of their last day. */
const closeUs = 20 * 3_600_000_000

function optionOf(day: number, strikeTicks: number, isCall: boolean): SimulatedOption {
  const expiry = new Date(day * 86_400_000).toISOString().slice(0, 10)
  const strike = String(strikeTicks / 100)
  const expiresAt = day * dayMicros + closeUs
  const listing: PayloadOf<'md.instrument'> = {
    instrument: `ACME-${expiry.replaceAll('-', '')}-${strike}-${isCall ? 'C' : 'P'}.SIM`,
    kind: 'option',
    tickSize: '0.01',
    lotSize: '1',
    multiplier: '100',
    currency: 'USD',
    underlying: simulatedUnderlying,
    expiry,
    expiresAt,
    strike,
    right: isCall ? 'call' : 'put',
    isSimulated: true,
  }
  return { listing, strikeTicks, isCall, expiresAt }
}

/** 1970-01-01 was a Thursday. */
const fridayFrom = (day: number): number => day + ((8 - (day % 7)) % 7)

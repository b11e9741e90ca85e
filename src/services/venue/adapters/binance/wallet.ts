import { addExact, compareExact, type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import { fromUnits } from '#lib/domain/decimal.ts'
import { negateExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'

/** What an account holds, by asset: in all, and how much of it orders have locked. Exact. */
export class Wallet {
  readonly #held = new Map<string, ExactDecimal>()
  readonly #locked = new Map<string, ExactDecimal>()

  constructor(balances: Readonly<Record<string, string>>) {
    for (const [asset, amount] of Object.entries(balances)) this.#held.set(asset, parseExact(amount))
  }

  get assets(): string[] {
    return [...new Set([...this.#held.keys(), ...this.#locked.keys()])].sort((a, b) => (a < b ? -1 : 1))
  }

  add(asset: string, amount: ExactDecimal): void {
    this.#held.set(asset, addExact(this.#held.get(asset) ?? zero, amount))
  }

  take(asset: string, amount: ExactDecimal): void {
    this.add(asset, negateExact(amount))
  }

  free(asset: string): ExactDecimal {
    return subtractExact(this.#held.get(asset) ?? zero, this.#locked.get(asset) ?? zero)
  }

  canSpend(asset: string, amount: ExactDecimal): boolean {
    return compareExact(this.free(asset), amount) >= 0
  }

  lock(asset: string, amount: ExactDecimal): void {
    this.#locked.set(asset, addExact(this.#locked.get(asset) ?? zero, amount))
  }

  release(asset: string, amount: ExactDecimal): void {
    this.lock(asset, negateExact(amount))
  }

  /** As Binance says a balance: eight digits behind the point. */
  balance(asset: string): { free: string; locked: string } {
    return { free: eightDigits(this.free(asset)), locked: eightDigits(this.#locked.get(asset) ?? zero) }
  }
}

/** Eight digits behind the point; what is finer is cut off, towards zero. */
export function eightDigits({ units, scale }: ExactDecimal): string {
  const at8 = scale <= 8 ? units * 10n ** BigInt(8 - scale) : units / 10n ** BigInt(scale - 8)
  const [whole = '0', fraction = ''] = fromUnits(at8, 8).split('.')
  return `${whole}.${fraction.padEnd(8, '0')}`
}

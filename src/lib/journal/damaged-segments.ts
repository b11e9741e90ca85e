import { UserError } from '#lib/terminal/user-error.ts'

/** Sealed segments that are not any more what was sealed: they stay as they are, and each is told once. */
export class DamagedSegments {
  readonly #paths = new Set<string>()
  readonly #onDamage: (error: UserError) => void

  constructor(onDamage: (error: UserError) => void) {
    this.#onDamage = onDamage
  }

  has(path: string): boolean {
    return this.#paths.has(path)
  }

  /** What is found in a segment; null where that is damaged. */
  look<T>(path: string, look: () => T): T | null {
    try {
      return look()
    } catch (error) {
      this.tell(path, error)
      return null
    }
  }

  /** Throws again what is no damage. */
  tell(path: string, error: unknown): void {
    if (!(error instanceof UserError)) throw error
    if (this.has(path)) return
    this.#paths.add(path)
    this.#onDamage(error)
  }
}

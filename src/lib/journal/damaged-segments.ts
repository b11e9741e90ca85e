import { unreadable } from '#lib/files/unreadable.ts'
import { isOutOfFiles } from '#lib/journal/log-disk.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** Sealed segments that are not any more what was sealed, or cannot be read: they stay as they are, and each is told once. */
export class DamagedSegments {
  readonly #paths = new Set<string>()
  readonly #onDamage: (error: UserError) => void

  constructor(onDamage: (error: UserError) => void) {
    this.#onDamage = onDamage
  }

  has(path: string): boolean {
    return this.#paths.has(path)
  }

  /** What is found in a segment; null where it is damaged, or cannot be read. */
  look<T>(path: string, look: () => T): T | null {
    try {
      return look()
    } catch (error) {
      if (isOutOfFiles(error)) throw error
      this.tell(path, unreadable(path, error))
      return null
    }
  }

  /** Throws again what is no damage. */
  tell(path: string, error: unknown): void {
    const isUnread = (error as NodeJS.ErrnoException).syscall === 'read'
    if (!(error instanceof UserError) && !isUnread) throw error
    if (this.has(path)) return
    this.#paths.add(path)
    this.#onDamage(unreadable(path, error))
  }
}

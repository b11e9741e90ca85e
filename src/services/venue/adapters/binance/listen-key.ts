import { randomBytes } from 'node:crypto'

const validMs = 60 * 60_000

/** The account's listen key: one at a time, for an hour, and an hour more each time that it is renewed. */
export class ListenKey {
  readonly #nowMs: () => number
  #key: string | null = null
  #untilMs = 0

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** The one that is valid, renewed, else a new one. */
  open(): string {
    if (this.valid === null) this.#key = randomBytes(32).toString('hex')
    this.#untilMs = this.#nowMs() + validMs
    return this.#key as string
  }

  get valid(): string | null {
    return this.#nowMs() < this.#untilMs ? this.#key : null
  }

  close(): void {
    this.#key = null
    this.#untilMs = 0
  }
}

/** Frames and bytes that may come in a second, and as many at once. */
export const framesPerSecond = 50_000
export const bytesPerSecond = 128 << 20

/** How fast one connection is read: a bucket of frames and one of bytes, each filled in a second. */
export class RateLimit {
  readonly #nowMs: () => number
  #frames = framesPerSecond
  #bytes = bytesPerSecond
  #atMs: number

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs
    this.#atMs = nowMs()
  }

  /** A frame of that size came: milliseconds to wait before the next is read; mostly none. */
  take(bytes: number): number {
    this.#frames--
    this.#bytes -= bytes
    if (this.#frames >= 0 && this.#bytes >= 0) return 0
    const now = this.#nowMs()
    const seconds = (now - this.#atMs) / 1_000
    this.#atMs = now
    this.#frames = Math.min(framesPerSecond, this.#frames + seconds * framesPerSecond)
    this.#bytes = Math.min(bytesPerSecond, this.#bytes + seconds * bytesPerSecond)
    const owed = Math.max(-this.#frames / framesPerSecond, -this.#bytes / bytesPerSecond, 0)
    return Math.ceil(owed * 1_000)
  }
}

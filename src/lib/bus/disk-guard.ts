import type { PayloadOf } from '#schemas/catalogue.ts'

export const nearlyFullPercent = 95
export const hasSpacePercent = 93

/** Halts new exposure while the log's disk is nearly full: a halt when it comes to that, and what it halted resumes when there is space. */
export class DiskGuard {
  #hasHalted = false

  /** What is to be said about a disk that is so full; null where nothing has changed. */
  look(usedPercent: number): PayloadOf<'system.command'> | null {
    const command = usedPercent >= (this.#hasHalted ? hasSpacePercent : nearlyFullPercent) ? 'halt' : 'resume'
    if ((command === 'halt') === this.#hasHalted) return null
    this.#hasHalted = command === 'halt'
    return { command, reason: `the disk of the log is ${usedPercent} % full`, operator: 'router' }
  }
}

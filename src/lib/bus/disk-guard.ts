import type { PayloadOf } from '#schemas/catalogue.ts'

export const nearlyFullPercent = 95
export const hasSpacePercent = 93

/** Halts new exposure while the log's disk is nearly full: a halt when it comes to that, and what it, or a router before it, halted resumes when there is space. */
export class DiskGuard {
  /** Null where a router before this one may have halted. */
  #hasHalted: boolean | null

  constructor(isFirst: boolean) {
    this.#hasHalted = isFirst ? false : null
  }

  /** What is to be said about a disk that is so full, until it is in the log; null where nothing has changed. */
  look(usedPercent: number): PayloadOf<'system.command'> | null {
    const command = usedPercent >= nearlyFullPercent ? 'halt' : usedPercent < hasSpacePercent ? 'resume' : null
    if (command === null || (command === 'halt') === this.#hasHalted) return null
    return { command, reason: `the disk of the log is ${usedPercent} % full`, operator: 'router' }
  }

  /** What was to be said is in the log: a disk that is full refuses the halt itself. */
  isSaid({ command }: PayloadOf<'system.command'>): void {
    this.#hasHalted = command === 'halt'
  }
}

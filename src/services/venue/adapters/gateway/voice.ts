import { catalogue } from '#schemas/catalogue.ts'
import type { DeskOptions } from './desk-options.ts'
import { unforeseen } from './understood.ts'

/** What a gateway says. Of what no log would take an alert tells, once, and no more is said of that order. [G51] */
export class Voice {
  readonly #say: DeskOptions['say']
  readonly #lacking = new Set<string>()
  /** Orders of which something unforeseen came, and what. */
  readonly #doubts = new Set<string>()
  #isClosed = false

  constructor(say: DeskOptions['say']) {
    this.#say = say
  }

  /** The log does not have all that happened. */
  get isLacking(): boolean {
    return this.#lacking.size > 0
  }

  /** From here on nothing is said. */
  close(): void {
    this.#isClosed = true
  }

  say(statement: Parameters<DeskOptions['say']>[0]): void {
    if (this.#isClosed) return
    const { topic, payload } = statement
    const subject = 'clientOrderId' in payload ? payload.clientOrderId : topic
    if (this.#lacking.has(subject)) return
    const issue = catalogue[topic].schema.safeParse(payload).error?.issues[0]
    if (issue === undefined) {
      this.#say(statement)
      return
    }
    this.#lacking.add(subject)
    const what = `${topic} cannot be said: ${issue.path.join('.')} ${issue.message}`
    this.alert('VENUE_REPORT_REFUSED', subject, `${what}. ${consequence}`)
  }

  alert(code: Code, subject: string, message: string): void {
    const payload = { code, subject: subject.slice(0, 128), message: message.slice(0, 2_000) }
    if (!this.#isClosed) this.#say({ topic: 'system.alert', payload })
  }

  /** Something that nobody foresaw came of what the venue says: it proves nothing, and is told once. [G53] */
  doubt(subject: string, thrown: unknown): void {
    const words = unforeseen(thrown)
    if (this.#doubts.has(`${subject} ${words}`) || this.#doubts.size >= doubtsMost) return
    this.#doubts.add(`${subject} ${words}`)
    this.alert('VENUE_UNREACHABLE', subject, words)
  }
}

const consequence =
  'Look at the venue, which has what the log has not. Until the gateway begins anew only cancels, and orders that reduce, are sent'

type Code = 'VENUE_UNREACHABLE' | 'VENUE_DIFFERS' | 'VENUE_REPORT_REFUSED'

const doubtsMost = 1_000

import { catalogue } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import type { DeskOptions } from './desk-options.ts'

/** What a gateway says. Of what no log would take an alert tells, once, and no more is said of that order. [G51] */
export class Voice {
  readonly #say: DeskOptions['say']
  readonly #lacking = new Set<string>()

  constructor(say: DeskOptions['say']) {
    this.#say = say
  }

  /** The log does not have all that happened. */
  get isLacking(): boolean {
    return this.#lacking.size > 0
  }

  say(statement: Parameters<DeskOptions['say']>[0]): void {
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
    this.#say(alertOf('VENUE_REPORT_REFUSED', subject, `${what}. ${consequence}`))
  }
}

const consequence =
  'Look at the venue, which has what the log has not. Until the gateway begins anew only cancels, and orders that reduce, are sent'

type Code = 'VENUE_UNREACHABLE' | 'VENUE_DIFFERS' | 'VENUE_REPORT_REFUSED'

export const alertOf = (code: Code, subject: string, message: string): Statement<'system.alert'> => ({
  topic: 'system.alert',
  payload: { code, subject: subject.slice(0, 128), message: message.slice(0, 2_000) },
})

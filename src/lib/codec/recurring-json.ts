import { type JsonForm, learnForm, readForm } from './json-form.ts'

export type RecurringOptions = {
  /** Reads every text; what the forms read is equal to what it would return. */
  readonly parse: (text: string) => unknown
  /** `parse` leaves numbers as the text that was sent. */
  readonly isNumberText: boolean
  /** Texts of one name have the same form. */
  readonly nameOf: (text: string) => string
  /** They have the same words in quotes too. */
  readonly isWordFixed: boolean
  /** Fields of these names are not asked for: they may have values of texts before. */
  readonly unread: ReadonlySet<string>
}

/** Without a form, what is of this name is parsed. */
type Known = { form: JsonForm | null; misses: number; learned: number }

const formsMost = 2_048
/** A form that was missed so often in a row is learned again, a few times. */
const missesMost = 8
const learnedMost = 4
/** What is longer has no form: it is rare, and a form keeps its text. */
const longestText = 16_384

/**
 * Parses JSON that comes again and again in one form, as the frames of a stream do: where a text differs from one before it only in its numbers,
 * decimals, constants and levels, only these are read. What is returned is to be read before the next text comes: the object of a form is used
 * again; lists of levels are new each time. Throws what `parse` throws.
 */
export function parseRecurring(options: RecurringOptions): (text: string) => unknown {
  const { parse, isNumberText, nameOf } = options
  const all = new Map<string, Known>()
  // Most texts are of the stream of one just before.
  let [newest, second]: [Known | null, Known | null] = [null, null]

  function isRead(known: Known, text: string): boolean {
    if (known.form === null || !readForm(known.form, text, isNumberText)) return false
    known.misses = 0
    return true
  }

  function learn(text: string, name: string, known: Known | undefined): unknown {
    const root = parse(text)
    if (known === undefined) {
      if (text.length > longestText || all.size >= formsMost) return root
      all.set(name, { form: learnForm(text, root, options), misses: 0, learned: 1 })
    } else if (known.form !== null && ++known.misses > missesMost) {
      known.form = known.learned < learnedMost && text.length <= longestText ? learnForm(text, root, options) : null
      known.misses = 0
      known.learned++
    }
    return root
  }

  return (text) => {
    if (newest !== null && isRead(newest, text)) return newest.form?.root
    if (second !== null && isRead(second, text)) {
      ;[newest, second] = [second, newest]
      return newest.form?.root
    }
    const name = nameOf(text)
    const known = all.get(name)
    if (known === undefined || known === newest || known === second || !isRead(known, text))
      return learn(text, name, known)
    ;[newest, second] = [known, newest]
    return known.form?.root
  }
}

import { type JsonForm, type JsonText, readForm } from './json-form.ts'
import { learnForm } from './learn-form.ts'

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
  /** Prices, sizes and lists of their levels: these come as a PlainDecimal and PlainLevels where they are, and else as `parse` returns them. */
  readonly decimals: ReadonlySet<string>
}

/** Without a form, what is of this name is parsed. */
type Known = { form: JsonForm | null; misses: number; learned: number }

const formsMost = 2_048
/** A form that was missed so often in a row is learned again, a few times. */
const missesMost = 8
const learnedMost = 4
/** A form keeps its text. */
const longestForm = 16_384
/** What is longer is parsed: it is rare. */
const longestText = 65_536

const encoder = new TextEncoder()
const bytes = new Uint8Array(longestText + 1)

/** Null where a text is too long, or not all of it is ASCII. */
function asBytes(text: string): JsonText | null {
  if (text.length > longestText) return null
  const { written } = encoder.encodeInto(text, bytes)
  bytes[written] = 0
  return written === text.length ? { text, bytes } : null
}

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

  function isRead(known: Known, json: JsonText): boolean {
    if (known.form === null || !readForm(known.form, json, isNumberText)) return false
    known.misses = 0
    return true
  }

  function learn(json: JsonText, name: string, known: Known | undefined): unknown {
    const { text } = json
    const root = parse(text)
    if (known === undefined) {
      if (text.length > longestForm || all.size >= formsMost) return root
      all.set(name, { form: learnForm(json, root, options), misses: 0, learned: 1 })
    } else if (known.form !== null && ++known.misses > missesMost) {
      known.form = known.learned < learnedMost && text.length <= longestForm ? learnForm(json, root, options) : null
      known.misses = 0
      known.learned++
    }
    return root
  }

  return (text) => {
    const json = asBytes(text)
    if (json === null) return parse(text)
    if (newest !== null && isRead(newest, json)) return newest.form?.root
    if (second !== null && isRead(second, json)) {
      ;[newest, second] = [second, newest]
      return newest.form?.root
    }
    const name = nameOf(text)
    const known = all.get(name)
    if (known === undefined || known === newest || known === second || !isRead(known, json))
      return learn(json, name, known)
    ;[newest, second] = [known, newest]
    return known.form?.root
  }
}

import type { z } from 'zod'
import { fileLines } from '#lib/files/file-lines.ts'
import { openWholeFile } from '#lib/files/write-whole-file.ts'
import { startProgress } from '#lib/terminal/progress.ts'
import { UserError, userErrorLine } from '#lib/terminal/user-error.ts'

export type CaseAnswers = { readonly in: string; readonly out: string; readonly cases: number; readonly failed: number }

/** How the cases of a file are answered, one JSON object a line. */
export type CaseForm<Case> = {
  /** What names a case in its answer: `seed` or `id`. */
  readonly key: string
  readonly schema: z.ZodType<Case>
  readonly answer: (one: Case) => unknown
  readonly say: (line: string) => void
}

/**
 * Writes `{"<key>": …, "expected": …}` for every line of a file; null, and the reason as talk, for a case that cannot be computed. The file
 * is there whole or not at all; `-` is stdin and stdout.
 */
export function answerCases<Case>(from: string, to: string, form: CaseForm<Case>): CaseAnswers {
  const out = openWholeFile(to)
  const progress = startProgress({ label: 'compute', unit: 'cases' })
  let [number, cases, failed] = [0, 0, 0]
  try {
    for (const line of fileLines(from)) {
      number++
      if (line.trim().length === 0) continue
      const { name, expected, fault } = answerLine(line, form)
      if (fault !== null) {
        failed++
        form.say(userErrorLine(new UserError(fault, { file: from, line: number })))
      }
      out.write(`${JSON.stringify({ [form.key]: name, expected })}\n`)
      progress.update(++cases)
    }
    progress.finish()
  } catch (error) {
    out.drop()
    throw error
  }
  out.keep()
  return { in: from, out: to, cases, failed }
}

function answerLine<Case>(line: string, { key, schema, answer }: CaseForm<Case>) {
  let name: unknown = null
  try {
    const read: unknown = JSON.parse(line)
    name = (read as Record<string, unknown> | null)?.[key] ?? null
    const parsed = schema.safeParse(read)
    if (parsed.success) return { name, expected: answer(parsed.data), fault: null }
    const [issue] = parsed.error.issues
    return { name, expected: null, fault: `${issue?.path.join('.')}: ${issue?.message}` }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError)
      return { name, expected: null, fault: error.message }
    throw error
  }
}

import { z } from 'zod'
import { decimalPattern } from '#schemas/primitives.ts'
import { UserError } from './user-error.ts'

/** The text of a flag in the form that it must have. Throws a UserError that names the flag, what was given and what was expected. */
export function checkedFlag<Value>(name: string, text: string, form: z.ZodType<Value>): Value {
  const parsed = form.safeParse(text)
  if (parsed.success) return parsed.data
  throw new UserError(`--${name} ${text}: ${parsed.error.issues[0]?.message}`)
}

/** The same where the flag may be absent. */
export const checkedIfGiven = <Value>(
  name: string,
  text: string | undefined,
  form: z.ZodType<Value>,
): Value | undefined => (text === undefined ? undefined : checkedFlag(name, text, form))

/** A number as a flag has it, of the form `of`. */
export const numberFlag = (of: z.ZodType<number, number>): z.ZodType<number> =>
  z.string().regex(decimalPattern, 'expected a number like 0.5').transform(Number).pipe(of)

/** The address of a router or a log. */
export const SocketUrl = z
  .string()
  .refine((text) => /^wss?:\/\/./.test(text) && URL.canParse(text), 'expected an address like ws://127.0.0.1:7411')

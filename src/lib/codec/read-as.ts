import type { z } from 'zod'

/** A value as a schema has it. Throws an Error of one line, which says where it is not so first (`above` names where the value is from), and how. */
export function readAs<T>(schema: z.ZodType<T>, value: unknown, above: readonly string[] = []): T {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const path = [...above, ...(issue?.path ?? []).map(String)].join('.')
  throw new Error(path === '' ? issue?.message : `${path}: ${issue?.message}`)
}

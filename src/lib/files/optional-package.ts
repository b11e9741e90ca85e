import { UserError } from '#lib/terminal/user-error.ts'

/** Imports a package that is not installed with trader. Throws a UserError, `missing`, where it is not there: with how to get it. */
export async function optionalPackage<T>(name: string, missing: string, hint: string): Promise<T> {
  try {
    return (await import(name)) as T
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ERR_UNKNOWN_BUILTIN_MODULE')
      throw new UserError(`the one-file binary cannot load ${name}`, { hint: 'use trader from a checkout' })
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error
    throw new UserError(missing, { hint })
  }
}

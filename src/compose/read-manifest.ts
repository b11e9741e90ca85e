import { existsSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, normalize } from 'node:path'
import type { z } from 'zod'
import { makeFolder } from '#lib/files/make-folder.ts'
import { readJsonFile } from '#lib/files/read-json-file.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** Reads a JSON file of a known form. Throws a UserError that says where it is not of that form. */
export function readManifest<Form>(file: string, form: z.ZodType<Form>): Form {
  const parsed = form.safeParse(readJsonFile(file))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new UserError(`${issue?.path.join('.') || 'the whole'}: ${issue?.message}`, { file })
}

/** A file that a manifest names, in a folder or directly below it where its own folders were left out. */
export function findNamed(folder: string, name: string): string {
  const asNamed = join(folder, within(name))
  const bare = join(folder, basename(name))
  return !existsSync(asNamed) && existsSync(bare) ? bare : asNamed
}

/** Where a file that a manifest names is to be written; its folder is there then. */
export function placeIn(folder: string, name: string): string {
  const place = join(folder, within(name))
  makeFolder(dirname(place))
  return place
}

function within(name: string): string {
  const path = normalize(name)
  if (path.startsWith('..') || isAbsolute(path)) throw new UserError(`${name} would be outside of the folder`)
  return path
}

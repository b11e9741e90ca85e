import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { makeFolder } from '#lib/files/make-folder.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { ApiKey } from './request-auth.ts'

const ApiKeyFile = z.strictObject({ apiKey: z.string().min(8).max(128), secret: z.string().min(8).max(128) })

/** The key that clients of a served venue sign with; made, with mode 0600, where there is none. Refused when others may read it. */
export function apiKeyIn(file: string): ApiKey {
  if (!existsSync(file)) {
    const key = { apiKey: randomBytes(32).toString('hex'), secret: randomBytes(32).toString('hex') }
    makeFolder(dirname(file))
    writeFileSync(file, `${JSON.stringify(key, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    chmodSync(file, 0o600)
    return key
  }
  if ((statSync(file).mode & 0o077) !== 0)
    throw new UserError('others may read it', { file, hint: `chmod 600 ${file}` })
  try {
    return ApiKeyFile.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    throw new UserError('holds no {"apiKey", "secret"}', { file })
  }
}

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readKeyFile } from '#lib/bus/auth.ts'
import { isLoopback } from '#lib/bus/router-server.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** The certificate and key that a router at this address shows; null on this machine alone. Throws where they are needed and missing. */
export function routerTls(keys: string, host: string): { readonly cert: string; readonly key: string } | null {
  if (isLoopback(host)) return null
  const file = join(keys, 'router.pem')
  if (!existsSync(file)) {
    const hint = 'run: trader keys ca, then trader keys issue --host NAME'
    throw new UserError(`listening on ${host}, beyond this machine, takes a certificate`, { file, hint })
  }
  return { cert: readFileSync(file, 'utf8'), key: readKeyFile(join(keys, 'router.key')) }
}

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readCertified } from '#lib/bus/pem-files.ts'
import { isLoopback } from '#lib/bus/router-server.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** The certificate and key that a router at this address shows; null on this machine alone. Throws where they are needed and missing, or not whole. */
export function routerTls(keys: string, host: string): { readonly cert: string; readonly key: string } | null {
  if (isLoopback(host)) return null
  const [file, key] = [join(keys, 'router.pem'), join(keys, 'router.key')]
  const issue = 'trader keys issue --host NAME'
  if (!existsSync(file)) {
    const hint = `run: trader keys ca, then ${issue}`
    throw new UserError(`listening on ${host}, beyond this machine, takes a certificate`, { file, hint })
  }
  return readCertified({ certificate: file, key }, `run: ${issue}`)
}

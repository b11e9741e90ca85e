import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '#lib/terminal/user-error.ts'
import { readCertificate } from './pem-files.ts'

/** The certificate (PEM) of the CA that alone vouches for the router at a `wss:` address; undefined where no TLS is spoken. Throws when it is missing, or not whole. */
export function trustedCa(url: string, keys: string): string | undefined {
  if (!url.startsWith('wss:')) return undefined
  const file = join(keys, 'ca.pem')
  const hint = 'copy ca.pem from where the router is'
  if (!existsSync(file)) throw new UserError('there is no CA to check the router by', { file, hint })
  return readCertificate(file, hint)
}

/** Does it say that a certificate does not vouch for the router, or that no TLS is spoken there? */
export const isTlsFault = (message: string): boolean => /certificate|altname|\bSSL\b/i.test(message)

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { createCa, issueCertificate } from '#lib/bus/certificate.ts'
import { readCertified } from '#lib/bus/pem-files.ts'
import { makeFolder } from '#lib/files/make-folder.ts'
import { savePrivateKey } from '#lib/process/seal-keys.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { replaceFile } from './tree-keys.ts'

/** The files that a certificate and its key are in. */
export type KeyFiles = { readonly certificate: string; readonly key: string; readonly expires: string }

/** Makes the CA that vouches for routers. Throws when there is one: a second would shut out every client of the first. */
export function makeCa(keys: string): KeyFiles {
  const [certificate, key] = [join(keys, 'ca.pem'), join(keys, 'ca.key')]
  const file = [key, certificate].find((path) => existsSync(path))
  if (file !== undefined)
    throw new UserError('there is a CA already', { file, hint: 'remove ca.pem and ca.key first, if that is meant' })
  makeFolder(keys, 0o700)
  return write({ certificate, key }, createCa('trader CA', new Date()))
}

/** Issues the router's certificate under these names; whoever is on this machine may always say localhost. A new one replaces the last. */
export function issueRouterCertificate(keys: string, hosts: readonly string[]): KeyFiles {
  const wrong = hosts.find((host) => isIP(host) === 0 && !hostName.test(host))
  if (wrong !== undefined) throw new UserError(`${wrong} is neither a host name nor an address`)
  const file = join(keys, 'ca.key')
  if (!existsSync(file)) throw new UserError('there is no CA', { file, hint: 'run: trader keys ca' })
  const again = 'copy ca.pem and ca.key from where they are whole, or remove both and run: trader keys ca'
  const { cert, key } = readCertified({ certificate: join(keys, 'ca.pem'), key: file }, again)
  const { publicKey } = new X509Certificate(cert)
  const issuer = { name: 'trader CA', publicKey, privateKey: createPrivateKey(key) }
  const names = [...new Set([...hosts, 'localhost', '127.0.0.1', '::1'])]
  const files = { certificate: join(keys, 'router.pem'), key: join(keys, 'router.key') }
  return write(files, issueCertificate(issuer, names, new Date()))
}

// Labels of RFC 1123; a last one of digits alone is that of an address (WHATWG URL).
const hostName =
  /^(?=.{1,253}$)(?!(?:.*\.)?\d+\.?$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.?$/i

function write(
  { certificate, key }: Omit<KeyFiles, 'expires'>,
  made: { readonly certificate: string; readonly privateKey: KeyObject },
): KeyFiles {
  if (existsSync(key)) rmSync(key)
  savePrivateKey(key, made.privateKey)
  replaceFile(certificate, made.certificate)
  return { certificate, key, expires: new X509Certificate(made.certificate).validToDate.toISOString().slice(0, 10) }
}

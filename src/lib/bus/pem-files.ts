import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { unreadable } from '#lib/files/unreadable.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { readKeyFile } from './auth.ts'

/** The certificate (PEM) in a file. Throws a UserError, with this hint, where there is none that is whole. */
export function readCertificate(file: string, hint: string): string {
  const text = readOr(file, () => readFileSync(file, 'utf8'))
  orNone(file, 'is no whole certificate', hint, () => new X509Certificate(text))
  return text
}

/** A certificate and its private key (PEM), which its owner alone may read. Throws a UserError, with this hint, where they are not whole, or not of each other. */
export function readCertified(files: { readonly certificate: string; readonly key: string }, hint: string) {
  const cert = readCertificate(files.certificate, hint)
  const key = readOr(files.key, () => readKeyFile(files.key))
  const isOfIt = orNone(files.key, 'is no whole private key', hint, () =>
    new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)),
  )
  if (!isOfIt) throw new UserError(`is not the key of ${files.certificate}`, { file: files.key, hint })
  return { cert, key }
}

function readOr(file: string, read: () => string): string {
  try {
    return read()
  } catch (error) {
    throw unreadable(file, error)
  }
}

/** What OpenSSL says of bytes that it cannot read helps nobody. */
function orNone<T>(file: string, message: string, hint: string, parse: () => T): T {
  try {
    return parse()
  } catch {
    throw new UserError(message, { file, hint })
  }
}

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { closeSync, existsSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '#lib/files/make-folder.ts'
import { newWholeFile } from '#lib/files/new-whole-file.ts'
import { UserError, userErrorLine } from '#lib/terminal/user-error.ts'

/** What a server asks a client to prove its identity with; never twice the same. */
export const newNonce = (): string => randomBytes(32).toString('hex')

/** HMAC-SHA256 over the nonce and the identity, in hex: shows that the secret is known without saying it. */
export const proofOf = (secret: string, nonce: string, identity: string): string =>
  createHmac('sha256', secret).update(`${nonce}\n${identity}`).digest('hex')

/** Is it the proof of who knows the secret? Takes the same time whatever it is given. */
export function isProof(proof: string, secret: string, nonce: string, identity: string): boolean {
  const expected = Buffer.from(proofOf(secret, nonce, identity))
  const given = Buffer.from(proof)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

const secretFile = (keys: string, identity: string) => join(keys, `${identity}.secret`)

/** Makes the secret of an identity, 32 random bytes in hex, for the owner's eyes alone. False where there is one. Throws a UserError where it cannot be written, or what is there is none. */
export function ensureSecret(keys: string, identity: string): boolean {
  makeFolder(keys, 0o700)
  const path = secretFile(keys, identity)
  if (!existsSync(path)) return newWholeFile(path, `${randomBytes(32).toString('hex')}\n`, 0o600)
  readSecret(keys, identity)
  return false
}

/** The secret of an identity. Throws a UserError when there is none, or when others may read it. */
export function readSecret(keys: string, identity: string): string {
  const path = secretFile(keys, identity)
  if (!existsSync(path))
    throw new UserError(`there is no secret for ${identity}`, { file: path, hint: 'run: trader keys init' })
  const secret = readKeyFile(path).trim()
  if (!/^[0-9a-f]{64}$/.test(secret))
    throw new UserError('is no secret: expected 64 hex digits', {
      file: path,
      hint: 'remove it, and run: trader keys init',
    })
  return secret
}

/** The secret of an identity, for a server: null where there is none, or none that may be used, and then it says why. */
export function secretOrNull(keys: string, identity: string, say: (message: string) => void): string | null {
  if (!existsSync(secretFile(keys, identity))) return null
  try {
    return readSecret(keys, identity)
  } catch (error) {
    // A stranger names an identity: whatever its secret is like, that is the stranger's refusal and nobody's end.
    const { code, message } = error as NodeJS.ErrnoException
    const file = secretFile(keys, identity)
    say(
      userErrorLine(error instanceof UserError ? error : new UserError(`cannot be read: ${code ?? message}`, { file })),
    )
    return null
  }
}

/** What is in a file that only its owner may read. Throws a UserError when others may. */
export function readKeyFile(path: string): string {
  const file = openSync(path, 'r')
  try {
    const mode = fstatSync(file).mode & 0o777
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new UserError('others than its owner may read this secret', { file: path, hint: `run: chmod 600 ${path}` })
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

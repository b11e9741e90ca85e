import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { newWholeFile } from '#lib/files/new-whole-file.ts'

export type SealKeys = { readonly privateKey: KeyObject; readonly publicKey: KeyObject }

/** A new Ed25519 pair. */
export const generateSealKeys = (): SealKeys => generateKeyPairSync('ed25519')

/** Writes a private key as PKCS#8 PEM that only its owner can read (0600). Throws when the file is there already. */
export function savePrivateKey(path: string, privateKey: KeyObject): void {
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  if (!newWholeFile(path, pem, ownerOnly)) throw new Error(`${path} is there already`)
}

/** Writes a public key as SPKI PEM, for whoever checks seals. Throws when the file is there already. */
export function savePublicKey(path: string, publicKey: KeyObject): void {
  const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string
  if (!newWholeFile(path, pem)) throw new Error(`${path} is there already`)
}

/** Reads a private key and its public half. Throws when others than the owner may touch the file, or it is no Ed25519 key. */
export function loadPrivateKey(path: string): SealKeys {
  const privateKey = ed25519(createPrivateKey(readOwnedOnly(path)), path)
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

/** Reads a public key. Throws when the file holds a private key or no Ed25519 key. */
export function loadPublicKey(path: string): KeyObject {
  const pem = readFileSync(path, 'utf8')
  if (pem.includes('PRIVATE KEY')) throw new Error(`${path} holds a private key where a public one is expected`)
  return ed25519(createPublicKey(pem), path)
}

const ownerOnly = 0o600

// Mode and content come from one open file, so that nothing can be put in its place between the check and the read.
function readOwnedOnly(path: string): string {
  const file = openSync(path, 'r')
  try {
    const mode = fstatSync(file).mode & 0o777
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new Error(
        `${path} has mode 0${mode.toString(8)}: a private key is for its owner alone; run: chmod 600 ${path}`,
      )
    }
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

function ed25519(key: KeyObject, path: string): KeyObject {
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(`${path} holds a key of type ${key.asymmetricKeyType}, not Ed25519`)
  return key
}

import { type KeyObject, sign, verify } from 'node:crypto'

/** What a seal is over: the id of the run, which no other run has, and the event's canonical content, which has no seq yet. */
export const sealedText = (runId: string, content: string): string => `${runId}\n${content}`

/**
 * Signs an event as its writer's process lets it go: Ed25519 (RFC 8032) over the UTF-8 bytes of `sealedText`. Answers the 64 bytes as base64url without padding. Throws when the key is not a private Ed25519 key.
 */
export function sealContent(privateKey: KeyObject, content: string): string {
  if (privateKey.type !== 'private') throw new TypeError(`sealing takes a private key, not a ${privateKey.type} one`)
  checkEd25519(privateKey)
  return sign(null, Buffer.from(content, 'utf8'), privateKey).toString('base64url')
}

/**
 * Did the holder of the private key seal exactly this content? False, never an error, for whatever came over the wire as the
 * signature: none, another key's, cut short, not base64url, or a second spelling of the right one.
 */
export function isSealed(publicKey: KeyObject, content: string, sig: string | undefined): boolean {
  checkEd25519(publicKey)
  if (typeof sig !== 'string' || !sigPattern.test(sig)) return false
  const signature = Buffer.from(sig, 'base64url')
  if (signature.toString('base64url') !== sig) return false
  return verify(null, Buffer.from(content, 'utf8'), publicKey, signature)
}

/** 64 bytes are 86 characters of base64url. */
const sigPattern = /^[A-Za-z0-9_-]{86}$/

function checkEd25519(key: KeyObject): void {
  if (key.asymmetricKeyType !== 'ed25519')
    throw new TypeError(`a seal takes an Ed25519 key, not ${key.asymmetricKeyType ?? key.type}`)
}

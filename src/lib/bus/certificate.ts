import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import {
  derBits,
  derInteger,
  derOctets,
  derOid,
  derSequence,
  derSet,
  derTagged,
  derText,
  derTime,
  derTrue,
} from './der.ts'

export type Certified = { readonly certificate: string; readonly privateKey: KeyObject }

type Subject = { readonly name: string; readonly publicKey: KeyObject }
type Issuer = { readonly name: string; readonly publicKey: KeyObject; readonly privateKey: KeyObject }

const day = 86_400_000

/** A new CA: certificate (PEM, X.509 v3 as of RFC 5280, ECDSA on P-256, ten years) and key. It can vouch for servers and for nothing below another CA. */
export function createCa(name: string, now: Date): Certified {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const extensions = [
    extension('2.5.29.19', derSequence(derTrue, derInteger(Buffer.from([0]))), true),
    extension('2.5.29.15', derBits(Buffer.from([0x06]), 1), true),
  ]
  const subject = { name, publicKey: keys.publicKey }
  const certificate = signed({ ...subject, privateKey: keys.privateKey }, subject, extensions, now, 3_650)
  return { certificate, privateKey: keys.privateKey }
}

/** A certificate of a server under these names and addresses, vouched for by the CA, for 825 days. */
export function issueCertificate(ca: Issuer, hosts: readonly string[], now: Date): Certified {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const names = hosts.map((host) =>
    isIP(host) === 0 ? derTagged(2, Buffer.from(host, 'ascii'), false) : derTagged(7, addressBytes(host), false),
  )
  const extensions = [
    extension('2.5.29.19', derSequence(), true),
    extension('2.5.29.15', derBits(Buffer.from([0x80]), 7), true),
    extension('2.5.29.37', derSequence(derOid('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', derSequence(...names)),
  ]
  const subject = { name: hosts[0] as string, publicKey: keys.publicKey }
  return { certificate: signed(ca, subject, extensions, now, 825), privateKey: keys.privateKey }
}

function signed(issuer: Issuer, subject: Subject, extensions: readonly Buffer[], now: Date, days: number): string {
  const algorithm = derSequence(derOid('1.2.840.10045.4.3.2'))
  const identifiers = [
    extension('2.5.29.14', derOctets(keyIdentifier(subject.publicKey))),
    extension('2.5.29.35', derSequence(derTagged(0, keyIdentifier(issuer.publicKey), false))),
  ]
  const body = derSequence(
    derTagged(0, derInteger(Buffer.from([2]))),
    derInteger(Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    algorithm,
    commonName(issuer.name),
    // A clock that is a little behind ours takes it as well.
    derSequence(derTime(new Date(now.getTime() - day)), derTime(new Date(now.getTime() + days * day))),
    commonName(subject.name),
    subject.publicKey.export({ type: 'spki', format: 'der' }),
    derTagged(3, derSequence(...extensions, ...identifiers)),
  )
  const certificate = derSequence(body, algorithm, derBits(sign('sha256', body, issuer.privateKey)))
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

const extension = (oid: string, value: Buffer, isCritical = false): Buffer =>
  derSequence(derOid(oid), ...(isCritical ? [derTrue] : []), derOctets(value))

const commonName = (name: string): Buffer => derSequence(derSet(derSequence(derOid('2.5.4.3'), derText(name))))

// RFC 5280, 4.2.1.2: any identifier that tells keys apart; of the whole key, since nothing here needs the bit string alone.
const keyIdentifier = (key: KeyObject): Buffer =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20)

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = address.split('::')
  const words = (text: string) => (text === '' ? [] : text.split(':').flatMap(wordsOf))
  const [front, back] = [words(head), tail === undefined ? [] : words(tail)]
  const all = [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back]
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 255]))
}

/** Of `::ffff:10.0.0.1` the end is two words. */
function wordsOf(text: string): number[] {
  if (!text.includes('.')) return [Number.parseInt(text, 16)]
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number)
  return [a * 256 + b, c * 256 + d]
}

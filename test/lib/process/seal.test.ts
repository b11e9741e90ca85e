import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { isSealed, sealContent } from '#lib/process/seal.ts'
import {
  generateSealKeys,
  loadPrivateKey,
  loadPublicKey,
  savePrivateKey,
  savePublicKey,
} from '#lib/process/seal-keys.ts'

const keys = generateSealKeys()
const content = '{"id":"risk:42.0","topic":"risk.approved","payload":{"quantity":"10","strategy":"été"}}'
const sig = sealContent(keys.privateKey, content)

describe('a seal', () => {
  test('is true for its content and key, and the same every time', () => {
    expect(isSealed(keys.publicKey, content, sig)).toBe(true)
    expect(sealContent(keys.privateKey, content)).toBe(sig)
    expect(sig).toMatch(/^[A-Za-z0-9_-]{86}$/)
  })

  test('equals the one that RFC 8032 gives for its second test key (7.1, TEST 2)', () => {
    const seed = '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'
    const der = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex')
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    const expected =
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'
    expect(sealContent(privateKey, '\x72')).toBe(Buffer.from(expected, 'hex').toString('base64url'))
  })

  test('is false after any byte of the content changed', () => {
    const bytes = Buffer.from(content)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 127 }), (at, flip) => {
        const altered = Buffer.from(bytes)
        altered[at] = (altered[at] as number) ^ flip
        expect(isSealed(keys.publicKey, altered.toString('utf8'), sig)).toBe(false)
      }),
    )
  })

  test('is false after any character of the signature changed', () => {
    fc.assert(
      fc.property(fc.nat(sig.length - 1), fc.constantFrom(...'AZaz09-_'), (at, character) => {
        const altered = sig.slice(0, at) + character + sig.slice(at + 1)
        expect(isSealed(keys.publicKey, content, altered)).toBe(altered === sig)
      }),
    )
  })

  test('is false for another key', () => {
    expect(isSealed(generateSealKeys().publicKey, content, sig)).toBe(false)
  })

  test('is false, not an error, when it is missing, cut, padded or not base64url', () => {
    const classic = Buffer.from(sig, 'base64url').toString('base64')
    for (const wrong of [
      undefined,
      '',
      ' ',
      sig.slice(0, -1),
      `${sig}=`,
      `${sig}A`,
      classic,
      `${sig.slice(0, -1)}!`,
      'é'.repeat(86),
    ]) {
      expect(isSealed(keys.publicKey, content, wrong)).toBe(false)
    }
  })

  test('refuses keys that are not Ed25519, and a public key for sealing', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    expect(() => sealContent(rsa.privateKey, content)).toThrow('Ed25519')
    expect(() => isSealed(rsa.publicKey, content, sig)).toThrow('Ed25519')
    expect(() => sealContent(keys.publicKey, content)).toThrow('private')
  })
})

describe('keys in files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seal-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const privatePath = join(folder, 'risk.key')
  const publicPath = join(folder, 'risk.pub')
  savePrivateKey(privatePath, keys.privateKey)
  savePublicKey(publicPath, keys.publicKey)

  test('come back and seal alike', () => {
    const loaded = loadPrivateKey(privatePath)
    expect(sealContent(loaded.privateKey, content)).toBe(sig)
    expect(isSealed(loaded.publicKey, content, sig)).toBe(true)
    expect(isSealed(loadPublicKey(publicPath), content, sig)).toBe(true)
  })

  test('a private key is 0600 and never overwritten', () => {
    expect(statSync(privatePath).mode & 0o777).toBe(0o600)
    const before = readFileSync(privatePath, 'utf8')
    expect(() => savePrivateKey(privatePath, generateSealKeys().privateKey)).toThrow('is there already')
    expect(readFileSync(privatePath, 'utf8')).toBe(before)
  })

  test('a private key that others may read is refused with what to do', () => {
    chmodSync(privatePath, 0o640)
    expect(() => loadPrivateKey(privatePath)).toThrow(`chmod 600 ${privatePath}`)
    chmodSync(privatePath, 0o600)
  })

  test('a private key where a public one belongs is refused', () => {
    expect(() => loadPublicKey(privatePath)).toThrow('private key')
  })
})

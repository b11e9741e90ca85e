import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureSecret } from '#lib/bus/auth.ts'
import { generateSealKeys, loadPrivateKey, savePrivateKey, savePublicKey } from '#lib/process/seal-keys.ts'
import { serviceRank } from '#schemas/service-rank.ts'

/** Makes the keys that are missing: a secret for each identity, and risk's seal; the run keeps the public half, to be checked by later. */
export function makeKeys(keys: string, runFolder: string): void {
  for (const identity of ['router', ...serviceRank, 'operator']) ensureSecret(keys, identity)
  const sealFile = join(keys, 'risk.seal.pem')
  const publicFile = join(keys, 'risk.seal.pub.pem')
  if (!existsSync(sealFile)) savePrivateKey(sealFile, generateSealKeys().privateKey)
  if (!existsSync(publicFile)) savePublicKey(publicFile, loadPrivateKey(sealFile).publicKey)
  mkdirSync(runFolder, { recursive: true })
  replaceFile(join(runFolder, 'risk.seal.pub.pem'), readFileSync(publicFile, 'utf8'))
}

/** Written whole or not at all. */
export function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.next`, text)
  renameSync(`${path}.next`, path)
}

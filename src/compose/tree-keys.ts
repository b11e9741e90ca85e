import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureSecret } from '#lib/bus/auth.ts'
import { generateSealKeys, loadPrivateKey, savePrivateKey, savePublicKey } from '#lib/process/seal-keys.ts'
import { serviceRank } from '#schemas/service-rank.ts'

/** Who has a secret: the router, every service, the operator, and whoever scrapes the router's figures from beyond this machine. */
const identities = ['router', ...serviceRank, 'operator', 'metrics']

/** Makes the keys that are missing, a secret for each identity and risk's seal, and names the files that are new. */
export function initKeys(keys: string): string[] {
  const made = identities.filter((identity) => ensureSecret(keys, identity)).map((identity) => `${identity}.secret`)
  const sealFile = join(keys, 'risk.seal.pem')
  const publicFile = join(keys, 'risk.seal.pub.pem')
  if (!existsSync(sealFile)) {
    savePrivateKey(sealFile, generateSealKeys().privateKey)
    made.push('risk.seal.pem')
  }
  if (!existsSync(publicFile)) {
    savePublicKey(publicFile, loadPrivateKey(sealFile).publicKey)
    made.push('risk.seal.pub.pem')
  }
  return made
}

/** Makes the keys that are missing; the run keeps the public half of risk's seal, to be checked by later. */
export function makeKeys(keys: string, runFolder: string): void {
  initKeys(keys)
  mkdirSync(runFolder, { recursive: true })
  replaceFile(join(runFolder, 'risk.seal.pub.pem'), readFileSync(join(keys, 'risk.seal.pub.pem'), 'utf8'))
}

/** Written whole or not at all. */
export function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.next`, text)
  renameSync(`${path}.next`, path)
}

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureSecret } from '#lib/bus/auth.ts'
import { makeFolder } from '#lib/files/make-folder.ts'
import { generateSealKeys, loadPrivateKey, savePrivateKey, savePublicKey } from '#lib/process/seal-keys.ts'
import { UserError } from '#lib/terminal/user-error.ts'
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

/**
 * Makes the keys that are missing; the run keeps the public half of risk's seal, to be checked by for good. Throws a UserError for a run that was
 * sealed with another key: its approvals would be forgeries from now on.
 */
export function makeKeys(keys: string, runFolder: string): void {
  initKeys(keys)
  makeFolder(runFolder)
  const kept = join(runFolder, 'risk.seal.pub.pem')
  const own = readFileSync(join(keys, 'risk.seal.pub.pem'), 'utf8')
  if (!existsSync(kept)) replaceFile(kept, own)
  else if (readFileSync(kept, 'utf8') !== own)
    throw new UserError(`the run was sealed with another key than ${join(keys, 'risk.seal.pem')}`, {
      file: kept,
      hint: 'bring that key back, or start a run of another name: --run NAME',
    })
}

/** Written whole or not at all. */
export function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.next`, text)
  renameSync(`${path}.next`, path)
}

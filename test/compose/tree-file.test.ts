import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { removeTreeFile, runningTree, writeTreeFile } from '#compose/tree-file.ts'
import { makeKeys } from '#compose/tree-keys.ts'
import { loadPrivateKey, loadPublicKey } from '#lib/process/seal-keys.ts'
import { startOf } from '#lib/process/supervised-memory.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trader-tree-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const tree = {
  pid: process.pid,
  pidStart: startOf(process.pid),
  routerUrl: 'ws://127.0.0.1:7411',
  clockUrl: null,
  keys: 'keys',
  run: 'live',
  processes: [{ name: 'md', state: 'ready', pid: 7, restarts: 0 }],
}

describe('tree.json', () => {
  it('says what runs, until it is removed', () => {
    expect(runningTree(folder)).toBeNull()
    writeTreeFile(folder, tree)
    expect(runningTree(folder)).toEqual(tree)
    removeTreeFile(folder)
    expect(runningTree(folder)).toBeNull()
  })

  it('left by a tree that was killed says nothing, even when another process got its pid', () => {
    writeTreeFile(folder, { ...tree, pid: 2 ** 22 + 1 })
    expect(runningTree(folder)).toBeNull()
    writeTreeFile(folder, { ...tree, pidStart: '1' })
    expect(runningTree(folder)).toBeNull()
  })

  it.each(['', '{"pid": 1', '{}'])('torn by a power cut says nothing either: %s', (text) => {
    writeFileSync(join(folder, 'tree.json'), text)
    expect(runningTree(folder)).toBeNull()
  })
})

describe('the keys of a tree', () => {
  it('are those that sealed the run: another seal would make its approvals forgeries', () => {
    const run = join(folder, 'logs', 'live')
    makeKeys(join(folder, 'keys'), run)
    const sealed = readFileSync(join(run, 'risk.seal.pub.pem'), 'utf8')
    expect(() => makeKeys(join(folder, 'others'), run)).toThrow('the run was sealed with another key than')
    expect(readFileSync(join(run, 'risk.seal.pub.pem'), 'utf8')).toBe(sealed)
  })

  it('are made where they are missing, for the owner alone, and kept where they are', () => {
    const keys = join(folder, 'keys')
    const run = join(folder, 'logs', 'live')
    makeKeys(keys, run)
    const secret = readFileSync(join(keys, 'operator.secret'), 'utf8')
    expect(secret).toMatch(/^[0-9a-f]{64}\n$/)
    expect(statSync(join(keys, 'risk.seal.pem')).mode & 0o777).toBe(0o600)
    const { publicKey } = loadPrivateKey(join(keys, 'risk.seal.pem'))
    expect(loadPublicKey(join(run, 'risk.seal.pub.pem')).equals(publicKey)).toBe(true)
    rmSync(join(keys, 'md.secret'))
    makeKeys(keys, run)
    expect(readFileSync(join(keys, 'operator.secret'), 'utf8')).toBe(secret)
    expect(existsSync(join(keys, 'md.secret'))).toBe(true)
    expect(loadPublicKey(join(run, 'risk.seal.pub.pem')).equals(publicKey)).toBe(true)
  })
})

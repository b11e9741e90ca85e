import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { routerTls } from '#compose/router-tls.ts'
import { issueRouterCertificate, makeCa } from '#compose/tls-keys.ts'
import { trustedCa } from '#lib/bus/trusted-ca.ts'
import { newWholeFile } from '#lib/files/new-whole-file.ts'
import { trader } from './trader.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trader-keys-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('trader keys', () => {
  it('[R15] init makes what is missing, for its owner alone, says no secret, and keeps what is there', async () => {
    const keys = join(folder, 'keys')
    const first = await trader(['keys', 'init', '--keys', keys, '--json'])
    expect(first).toMatchObject({ exitCode: 0 })
    const secrets = readdirSync(keys).filter((name) => name.endsWith('.secret'))
    expect(secrets).toEqual(expect.arrayContaining(['operator.secret', 'risk.secret', 'router.secret']))
    for (const name of secrets) {
      expect(statSync(join(keys, name)).mode & 0o777).toBe(0o600)
      const secret = readFileSync(join(keys, name), 'utf8').trim()
      expect(`${first.stdout}${first.stderr}`).not.toContain(secret)
    }
    const before = readFileSync(join(keys, 'risk.secret'), 'utf8')
    const second = await trader(['keys', 'init', '--keys', keys, '--json'])
    expect(JSON.parse(String(second.stdout))).toEqual({ keys, made: [] })
    expect(readFileSync(join(keys, 'risk.secret'), 'utf8')).toBe(before)
  })

  it.each(['init', 'ca'])('%s says in one line that a file is no folder for keys', async (command) => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const said = await trader(['keys', command, '--keys', file])
    expect(said).toMatchObject({ exitCode: 2, stderr: `${file}: is no folder\n` })
  })

  it('[R15] init names a secret that is none, and one that cannot be written is not there in part', async () => {
    const keys = join(folder, 'keys')
    mkdirSync(keys)
    writeFileSync(join(keys, 'md.secret'), '', { mode: 0o600 })
    const empty = await trader(['keys', 'init', '--keys', keys])
    expect(empty).toMatchObject({ exitCode: 2 })
    expect(String(empty.stderr)).toMatch(
      /md\.secret: is no secret: expected 64 hex digits \(remove it, and run: trader keys init\)/,
    )
    rmSync(join(keys, 'md.secret'))
    expect(await trader(['keys', 'init', '--keys', keys])).toMatchObject({ exitCode: 0 })
    expect(readFileSync(join(keys, 'md.secret'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
    expect(() => newWholeFile(join(folder, 'not', 'there'), 'x')).toThrow('cannot be written: ENOENT')
    expect(newWholeFile(join(folder, 'there'), 'first')).toBe(true)
    expect(newWholeFile(join(folder, 'there'), 'second')).toBe(false)
    expect(readFileSync(join(folder, 'there'), 'utf8')).toBe('first')
    expect(readdirSync(folder).sort()).toEqual(['keys', 'there'])
  })

  it('[R18] ca and issue make the certificate of a router under its names; issue without a CA says what to do', async () => {
    const keys = join(folder, 'keys')
    await trader(['keys', 'init', '--keys', keys])
    const early = await trader(['keys', 'issue', '--keys', keys, '--host', 'trader.lan'])
    expect(early).toMatchObject({ exitCode: 2 })
    expect(String(early.stderr)).toContain('trader keys ca')
    expect(await trader(['keys', 'ca', '--keys', keys])).toMatchObject({ exitCode: 0 })
    const issued = await trader(['keys', 'issue', '--keys', keys, '--host', 'trader.lan', '--json'])
    expect(issued).toMatchObject({ exitCode: 0 })
    const { certificate } = JSON.parse(String(issued.stdout)) as { certificate: string }
    expect(readFileSync(certificate, 'utf8')).toContain('BEGIN CERTIFICATE')
  })

  it('[R18] a name that none can have, and a certificate or key that is not whole or not its own, are one line', () => {
    const keys = join(folder, 'keys')
    const files = makeCa(keys)
    for (const host of ['10.0.0.256', '1.2.3', 'trader.9', 'a..b', `${'a'.repeat(64)}.lan`, `${'a'.repeat(60)}!`])
      expect(() => issueRouterCertificate(keys, [host])).toThrow(`${host} is neither a host name nor an address`)
    issueRouterCertificate(keys, ['trader-1.lan', '3com', '10.0.0.255', '::1'])
    expect(routerTls(keys, '10.0.0.5')).toMatchObject({ cert: expect.stringContaining('BEGIN') })
    const halved = (name: string, fails: () => unknown, message: string) => {
      const file = join(keys, name)
      const whole = readFileSync(file, 'utf8')
      writeFileSync(file, whole.slice(0, whole.length / 2))
      expect(fails).toThrow(expect.objectContaining({ name: 'UserError', message, file }))
      writeFileSync(file, whole)
    }
    const issued = () => issueRouterCertificate(keys, ['trader.lan'])
    const [noCertificate, noKey] = ['is no whole certificate', 'is no whole private key']
    halved('ca.pem', issued, noCertificate)
    halved('ca.key', issued, noKey)
    halved('ca.pem', () => trustedCa('wss://trader.lan:7411', keys), noCertificate)
    halved('router.pem', () => routerTls(keys, '0.0.0.0'), noCertificate)
    halved('router.key', () => routerTls(keys, '0.0.0.0'), noKey)
    renameSync(files.key, join(folder, 'old.key'))
    expect(issued).toThrow('there is no CA')
    rmSync(files.certificate)
    makeCa(keys)
    renameSync(join(folder, 'old.key'), files.key)
    expect(issued).toThrow(`is not the key of ${files.certificate}`)
    rmSync(files.certificate)
    expect(issued).toThrow('there is no such file')
  })
})

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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
})

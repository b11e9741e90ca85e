import { X509Certificate } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { routerStatus } from '#compose/tree-status.ts'
import { ensureSecret, readSecret } from '#lib/bus/auth.ts'
import { createCa, issueCertificate } from '#lib/bus/certificate.ts'
import { UserError } from '#lib/terminal/user-error.ts'

const keys = join(mkdtempSync(join(tmpdir(), 'trader-status-')), 'keys')
const ca = createCa('trader CA', new Date())
const issuer = {
  name: 'trader CA',
  publicKey: new X509Certificate(ca.certificate).publicKey,
  privateKey: ca.privateKey,
}
beforeAll(() => {
  mkdirSync(keys)
  ensureSecret(keys, 'metrics')
  writeFileSync(join(keys, 'ca.pem'), ca.certificate)
})
afterAll(() => rmSync(join(keys, '..'), { recursive: true }))
let server: Server | null = null
afterEach(() => server?.close())

const status = { isIdle: true, run: 'x', head: 7, eventsPerSecond: 3, connections: [] }
let heard: (string | undefined)[] = []
const answer: RequestListener = ({ headers }, response) => {
  heard.push(headers.authorization)
  response.end(JSON.stringify(status))
}

async function serve(made: Server): Promise<number> {
  server = made
  heard = []
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  return (made.address() as AddressInfo).port
}

/** Under a certificate for that host, issued then. */
function servedOverTls(host = '127.0.0.1', at = new Date()): Promise<number> {
  const { certificate, privateKey } = issueCertificate(issuer, [host], at)
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
  return serve(createSecureServer({ cert: certificate, key }, answer))
}

it('[R18] whoever listens without TLS is not told the secret of metrics', async () => {
  const port = await serve(createServer(answer))
  expect(await routerStatus({ routerUrl: `ws://127.0.0.1:${port}`, keys })).toMatchObject({ head: 7 })
  expect(heard).toEqual([undefined])
})

it('[R18] a router that its certificate vouches for is', async () => {
  const port = await servedOverTls()
  expect(await routerStatus({ routerUrl: `wss://127.0.0.1:${port}`, keys })).toMatchObject({ head: 7 })
  expect(heard).toEqual([`Bearer ${readSecret(keys, 'metrics')}`])
})

it('[R18] a router whose certificate does not vouch for it is not one that is away', async () => {
  const longAgo = new Date(Date.now() - 1_000 * 86_400_000)
  for (const [host, at, why] of [
    ['trader.lan', new Date(), /altnames/],
    ['127.0.0.1', longAgo, /certificate has expired/],
  ] as const) {
    const port = await servedOverTls(host, at)
    await expect(routerStatus({ routerUrl: `wss://127.0.0.1:${port}`, keys })).rejects.toThrow(why)
    server?.close()
  }
  const port = await servedOverTls()
  await expect(routerStatus({ routerUrl: `ws://127.0.0.1:${port}`, keys })).rejects.toThrow('speaks TLS')
  writeFileSync(join(keys, 'ca.pem'), createCa('trader CA', new Date()).certificate)
  await expect(routerStatus({ routerUrl: `wss://127.0.0.1:${port}`, keys })).rejects.toThrow('certificate')
  writeFileSync(join(keys, 'ca.pem'), ca.certificate)
  expect(heard).toEqual([])
  server?.close()
  expect(await routerStatus({ routerUrl: `wss://127.0.0.1:${port}`, keys })).toBeNull()
})

it('[R14] what is no router, or does not know who asks, is said in a line', async () => {
  const asked = async (listener: RequestListener) => {
    const routerUrl = `ws://127.0.0.1:${await serve(createServer(listener))}`
    const error = await routerStatus({ routerUrl, keys }).catch((thrown) => thrown)
    server?.close()
    expect(error).toBeInstanceOf(UserError)
    return error.message.replace(routerUrl, 'URL')
  }
  expect(await asked((_, response) => response.end('{"ok":true}'))).toBe('at URL something answers that is no router')
  expect(await asked((_, response) => response.end('hello'))).toBe('at URL something answers that is no router')
  const unknown = (_: unknown, response: Parameters<RequestListener>[1]) => response.writeHead(404).end()
  expect(await asked(unknown)).toBe('the router at URL: it answers 404: who asks has not its secret of metrics')
})

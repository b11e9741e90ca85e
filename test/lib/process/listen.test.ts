import { type AddressInfo, createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { listen } from '#lib/process/listen.ts'

const servers = [createServer(), createServer()] as const
const [one, other] = servers
afterEach(() => {
  for (const server of servers) server.close()
})

const portOf = (server: typeof one) => (server.address() as AddressInfo).port

describe('listen', () => {
  it('waits a moment for who is about to let go of the port', async () => {
    await listen(one, 0, '127.0.0.1')
    const port = portOf(one)
    const listening = listen(other, port, '127.0.0.1')
    one.close()
    await listening
    expect(portOf(other)).toBe(port)
  })

  it('refuses a port that stays held, and an address that is not of this machine', async () => {
    await listen(one, 0, '127.0.0.1')
    const taken = { name: 'UserError', message: `port ${portOf(one)} is taken` }
    await expect(listen(other, portOf(one), '127.0.0.1')).rejects.toMatchObject(taken)
    await expect(listen(other, 0, '192.0.2.1')).rejects.toMatchObject({
      name: 'UserError',
      message: 'cannot listen on 192.0.2.1, port 0: EADDRNOTAVAIL',
    })
    expect(other.listenerCount('error') + other.listenerCount('listening')).toBe(0)
  })
})

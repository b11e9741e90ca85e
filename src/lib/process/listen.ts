import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '#lib/terminal/user-error.ts'

const triesMost = 10
const tryEveryMs = 100

/**
 * Listens. A port that is held is asked for again for a second: who was killed and has just been started may meet what is about to let go
 * of it. Throws a UserError when it stays held, or cannot be had at all.
 */
export async function listen(server: Server, port: number, host: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const error = await tryToListen(server, port, host)
    if (error === null) return
    if (error.code !== 'EADDRINUSE') throw new UserError(`cannot listen on ${host}, port ${port}: ${error.code}`)
    if (tries === triesMost) throw new UserError(`port ${port} is taken`, { hint })
    await sleep(tryEveryMs)
  }
}

/** Throws the same where a server could not listen there now. */
export async function refuseTakenPort(host: string, port: number): Promise<void> {
  const server = createServer()
  await listen(server, port, host)
  await new Promise((resolve) => server.close(resolve))
}

const hint = 'name another, with --port or in a topology as router: { port: … }, or stop what holds it'

function tryToListen(server: Server, port: number, host: string): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const end = (error: NodeJS.ErrnoException | null) => {
      server.off('error', end).off('listening', onListening)
      resolve(error)
    }
    const onListening = () => end(null)
    server.on('error', end).on('listening', onListening).listen(port, host)
  })
}

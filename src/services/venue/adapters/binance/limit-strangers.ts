import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

const strangersMost = 512

/** Of the connections that have asked for nothing yet, the oldest goes when there are too many: who is slow must not keep out who is not. [B5] */
export function limitStrangers(server: Server): void {
  const waiting = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    waiting.add(socket)
    socket.once('close', () => waiting.delete(socket))
    const [oldest] = waiting
    if (waiting.size > strangersMost) oldest?.destroy()
  })
  const isKnown = ({ socket }: IncomingMessage) => waiting.delete(socket)
  server.on('request', isKnown).on('upgrade', isKnown)
}

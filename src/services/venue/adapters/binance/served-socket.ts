import type { WebSocket, WebSocketServer } from 'ws'
import { Heartbeat } from '#lib/bus/heartbeat.ts'

const unreadMost = 4 << 20
/** As often as Binance pings. */
const pingEveryMs = 20_000

/** A frame to a client; who does not read what is sent is cut off, as an exchange does. */
export function sendFrame(socket: WebSocket, frame: object): void {
  if (socket.bufferedAmount > unreadMost) socket.terminate()
  else if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame))
}

/** Pings every connection, and cuts off who is silent for long. Gives what ends that. */
export function keepPulse(sockets: WebSocketServer): () => void {
  const pulses = new Map<WebSocket, Heartbeat>()
  sockets.on('connection', (socket) => {
    pulses.set(socket, new Heartbeat(socket))
    socket.on('close', () => pulses.delete(socket))
    // A frame that is none ws answers with its code, and closes the connection.
    socket.on('error', () => pulses.delete(socket))
  })
  const timer = setInterval(() => {
    for (const pulse of pulses.values()) pulse.beat()
  }, pingEveryMs)
  return () => clearInterval(timer)
}

import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net'

type Link = { readonly client: Socket; readonly server: Socket; isBlack: boolean }

/** A TCP proxy that can lose, delay and half-close what goes through it. Its port stays; where it leads may change. */
export class FaultyLine {
  readonly #server: Server
  readonly #links = new Set<Link>()
  target = 0
  delayMs = 0

  constructor() {
    this.#server = createServer((client) => this.#link(client))
  }

  listen(): Promise<number> {
    return new Promise((resolve) =>
      this.#server.listen(0, '127.0.0.1', () => resolve((this.#server.address() as AddressInfo).port)),
    )
  }

  get links(): readonly Link[] {
    return [...this.#links]
  }

  /** Cuts connections as a cable would: both ends see it at once. */
  drop(links: readonly Link[]): void {
    for (const { client, server } of links) {
      client.destroy()
      server.destroy()
    }
  }

  /** From now on nothing passes any more, and nobody is told. */
  blacken(links: readonly Link[]): void {
    for (const link of links) link.isBlack = true
  }

  /** The client's end is closed, the server does not hear of it; or the other way round. */
  halfClose(links: readonly Link[], side: 'client' | 'server'): void {
    for (const link of links) {
      link.isBlack = true
      link[side].destroy()
    }
  }

  close(): void {
    this.drop(this.links)
    this.#server.close()
  }

  #link(client: Socket): void {
    const server = createConnection({ host: '127.0.0.1', port: this.target })
    const link: Link = { client, server, isBlack: false }
    this.#links.add(link)
    const pipe = (from: Socket, to: Socket) => {
      from.on('data', (bytes) => {
        if (link.isBlack) return
        if (this.delayMs === 0) to.write(bytes)
        else setTimeout(() => link.isBlack || to.destroyed || to.write(bytes), this.delayMs)
      })
      from.on('error', () => to.destroy())
      from.on('close', () => {
        if (!link.isBlack) to.destroy()
        if (client.destroyed && server.destroyed) this.#links.delete(link)
      })
    }
    client.setNoDelay(true)
    server.setNoDelay(true)
    pipe(client, server)
    pipe(server, client)
  }
}

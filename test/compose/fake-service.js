// A process of a tree that does nothing but live and end as one should; the log and the router serve on made-up ports, over TLS where the run wants it.
const [name] = process.argv.slice(2)
const ports = { log: 7001, router: 7002 }
process.on('disconnect', () => process.exit(1))
process.on('SIGTERM', () => process.exit(0))
process.send({
  state: 'ready',
  ...(name in ports ? { url: `${process.env.FAKE_SCHEME ?? 'ws'}://127.0.0.1:${ports[name]}` } : {}),
})
setInterval(() => undefined, 1_000_000)

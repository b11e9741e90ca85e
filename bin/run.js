import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

// This file alone must also parse and run on an old Node.
const pathOf = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const [major, minor] = process.versions.node.split('.').map(Number)

if (major > 22 || (major === 22 && minor >= 18)) handOver()
else restartOnOwnNode()

function handOver() {
  process.env.NODE_ENV = 'production'
  module.enableCompileCache(pathOf('dist/.compile-cache'))
  if (!existsSync(pathOf('dist/start.js'))) stop('is not built yet; run: npm run build')
  const [name, ...args] = process.argv.slice(2)
  // A process of a tree, started by its supervisor: without what helps people at a terminal.
  if (process.send && /^[a-z]+$/.test(name) && isPlain(args) && existsSync(pathOf(`dist/child/${name}.js`))) {
    Promise.all([import('../dist/child/start.js'), import(`../dist/child/${name}.js`)]).then(
      ([{ startChild }, command]) => startChild(command, args),
    )
    return
  }
  // Not awaited: a stdout that is closed early would leave the await unsettled, and Node would exit with 13.
  import('../dist/start.js').then(({ start }) => start({ root: pathOf('') }))
}

function isPlain(args) {
  return (args[0] ?? '--').startsWith('--') && !args.includes('--help')
}

function restartOnOwnNode() {
  const node = pathOf('node_modules/.bin/node')
  if (!existsSync(node)) stop(`needs Node 22.18 or newer, this is ${process.versions.node}; run: npm ci`)
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => stop(`could not start ${node}: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function stop(message) {
  console.error(`trader: ${message}`)
  process.exit(1)
}

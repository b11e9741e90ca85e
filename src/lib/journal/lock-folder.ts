import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readFileSync, realpathSync, rmSync, writeSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import type { Lock } from '#lib/journal/log-disk.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** Makes this process the only writer of a folder for as long as it lives. Throws a UserError that names the pid of another one. */
export async function lockFolder(folder: string): Promise<Lock> {
  mkdirSync(folder, { recursive: true })
  return process.platform === 'linux' ? lockBySocket(folder) : lockByFile(folder)
}

/** A socket of Linux's abstract namespace is no file: it is gone with its process, however that ends. It says the pid to who asks. */
async function lockBySocket(folder: string): Promise<Lock> {
  const name = `\0trader-log-${createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 32)}`
  const server = createServer((socket) => socket.on('error', () => socket.destroy()).end(`${process.pid}\n`))
  const isOurs = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    )
    server.listen(name, () => resolve(true))
  })
  if (!isOurs) throw inUse(folder, await pidOfOwner(name))
  server.unref()
  return { release: () => new Promise((resolve) => server.close(() => resolve())) }
}

const pidOfOwner = (name: string): Promise<string> =>
  new Promise((resolve) => {
    let said = ''
    const socket = connect(name)
    socket.setTimeout(1_000, () => socket.destroy())
    socket.on('data', (bytes) => {
      said += bytes
    })
    socket.on('error', () => resolve('unknown'))
    socket.on('close', () => resolve(said.trim() === '' ? 'unknown' : said.trim()))
  })

const inUse = (folder: string, pid: string): UserError =>
  new UserError(`process ${pid} is writing this log`, {
    file: folder,
    hint: 'a log has one writer: stop that one first',
  })

function lockByFile(folder: string): Lock {
  const path = join(folder, 'writer.pid')
  for (;;) {
    try {
      const fd = openSync(path, 'wx')
      writeSync(fd, `${process.pid}\n`)
      closeSync(fd)
      return { release: async () => rmSync(path, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const pid = readFileSync(path, 'utf8').trim()
      if (isAlive(Number(pid))) throw inUse(folder, pid)
      rmSync(path, { force: true })
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

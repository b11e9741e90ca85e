import { basename, dirname } from 'node:path'
import type { Entry, LogDisk, LogFile, Step } from '#lib/journal/log-disk.ts'
import { below, type Chance, isLikely, pick } from '#test/faults/chance.ts'

type Change = { readonly at: number; readonly bytes: Uint8Array } | { readonly length: number }
type Inode = { memory: Bytes; disk: Bytes; pending: Change[] }
type Named = Inode | 'folder'
type Naming = (names: Map<string, Named>) => void
type Folder = { memory: Map<string, Named>; disk: Map<string, Named>; pending: Naming[] }

/** What a test does to the promise that something is durable. */
export type Mutation = { readonly step: Step; readonly how: 'left out' | 'too late' } | null

export class Crash extends Error {}

/**
 * A disk in memory, of the worst kind that is allowed: at a power cut each write, truncation and naming that was not synced is there or
 * not, by itself, and a write is torn at any byte; a failed sync leaves in memory what the disk will never have.
 */
export class SimDisk implements LogDisk {
  #folders: Map<string, Folder>
  readonly #chance: Chance
  readonly #mutation: Mutation
  #operations = 0
  #crashAt = Number.POSITIVE_INFINITY
  #failSyncAt = Number.POSITIVE_INFINITY
  #late: { at: number; run: () => void }[] = []
  isDead = false
  isFull = false

  constructor(chance: Chance, mutation: Mutation = null) {
    this.#chance = chance
    this.#mutation = mutation
    this.#folders = new Map([['/', newFolder()]])
  }

  /** Another one with the same on it, all of it durable; nothing happens to it by itself. */
  copy(): SimDisk {
    const copy = new SimDisk(this.#chance)
    const same = (named: Named): Named => {
      if (named === 'folder') return named
      return { memory: named.memory.copy(), disk: named.memory.copy(), pending: [] }
    }
    for (const [path, { memory }] of this.#folders) {
      const names = new Map([...memory].map(([name, named]) => [name, same(named)] as const))
      copy.#folders.set(path, { memory: names, disk: new Map(names), pending: [] })
    }
    return copy
  }

  bytesOf(path: string): Buffer {
    const file = this.open(path)
    const bytes = Buffer.alloc(file.size)
    file.read(bytes, 0)
    return bytes
  }

  /** Puts a file there as if it had always been. */
  put(path: string, bytes: Uint8Array): void {
    const file = this.#place(path).folder.memory.has(basename(path)) ? this.open(path) : this.create(path)
    file.truncate(0)
    file.write(bytes, 0)
    file.syncNow('commit')
  }

  /** The process dies at that operation from now on. */
  crashAfter(operations: number): void {
    this.#crashAt = this.#operations + operations
  }

  failSyncAfter(operations: number): void {
    this.#failSyncAt = this.#operations + operations
  }

  /** Nothing more is done to it. */
  calm(): void {
    this.#crashAt = this.#failSyncAt = Number.POSITIVE_INFINITY
  }

  /** A new process finds what the kernel's memory has; after a power cut, what the disk has of it. */
  restart(how: 'kill' | 'power'): void {
    this.isDead = this.isFull = false
    this.#crashAt = this.#failSyncAt = Number.POSITIVE_INFINITY
    this.#late = []
    if (how === 'kill') return
    const folders = new Map<string, Folder>()
    const inodes = new Map<Inode, Inode>()
    const survive = (path: string) => {
      const folder = this.#folders.get(path)
      const names = new Map(folder?.disk ?? [])
      for (const change of this.#survivors(folder?.pending ?? [])) change(names)
      for (const [name, named] of names) {
        if (named === 'folder') survive(path === '/' ? `/${name}` : `${path}/${name}`)
        else {
          const inode = inodes.get(named) ?? this.#survived(named)
          inodes.set(named, inode)
          names.set(name, inode)
        }
      }
      folders.set(path, { memory: names, disk: new Map(names), pending: [] })
    }
    survive('/')
    this.#folders = folders
  }

  async lock() {
    return { release: async () => undefined }
  }

  usedPercent(): number {
    return 0
  }

  list(path: string): readonly Entry[] {
    const folder = this.#folders.get(path)
    return folder === undefined
      ? []
      : [...folder.memory].map(([name, named]) => ({ name, isFolder: named === 'folder' }))
  }

  create(path: string): LogFile {
    this.#operate()
    const { folder, name } = this.#place(path)
    if (folder.memory.has(name)) throw failure('EEXIST', path)
    if (this.isFull) throw failure('ENOSPC', path)
    const inode: Inode = { memory: new Bytes(), disk: new Bytes(), pending: [] }
    this.#name(folder, (names) => names.set(name, inode))
    return this.#fileOf(inode)
  }

  open(path: string): LogFile {
    const named = this.#place(path).folder.memory.get(basename(path))
    if (named === undefined || named === 'folder') throw failure('ENOENT', path)
    return this.#fileOf(named)
  }

  openToRead(path: string): LogFile {
    return this.open(path)
  }

  makeFolder(path: string): void {
    this.#operate()
    const { folder, name } = this.#place(path)
    if (folder.memory.has(name)) throw failure('EEXIST', path)
    this.#name(folder, (names) => names.set(name, 'folder'))
    if (!this.#folders.has(path)) this.#folders.set(path, newFolder())
  }

  rename(from: string, to: string): void {
    this.#operate()
    const { folder, name } = this.#place(from)
    const named = folder.memory.get(name)
    if (named === undefined) throw failure('ENOENT', from)
    this.#name(folder, (names) => {
      names.delete(name)
      names.set(basename(to), named)
    })
  }

  remove(path: string): void {
    this.#operate()
    const { folder, name } = this.#place(path)
    if (!folder.memory.has(name)) throw failure('ENOENT', path)
    this.#name(folder, (names) => names.delete(name))
  }

  syncFolder(path: string, step: Step): void {
    this.#operate()
    this.#mutated(step, () => {
      const folder = this.#folders.get(path)
      if (folder === undefined) return
      for (const change of folder.pending.splice(0)) change(folder.disk)
    })
  }

  #fileOf(inode: Inode): LogFile {
    const sync = (step: Step) => {
      this.#operate()
      if (this.#operations >= this.#failSyncAt) {
        inode.pending = []
        throw failure('EIO', step)
      }
      this.#mutated(step, () => {
        for (const change of inode.pending.splice(0)) inode.disk.apply(change)
      })
    }
    const change = (one: Change) => {
      inode.memory.apply(one)
      inode.pending.push(one)
    }
    return {
      get size() {
        return inode.memory.length
      },
      read: (buffer, at) => inode.memory.read(buffer, at),
      write: (bytes, at) => {
        this.#operate(() => change({ at, bytes: bytes.slice(0, below(this.#chance, bytes.length)) }))
        if (this.isFull && at + bytes.length > inode.memory.length) {
          change({ at, bytes: bytes.slice(0, below(this.#chance, bytes.length)) })
          throw failure('ENOSPC', 'a write')
        }
        change({ at, bytes: bytes.slice() })
      },
      truncate: (length) => {
        this.#operate(() => undefined)
        change({ length })
      },
      sync: async (step) => sync(step),
      syncNow: sync,
      close: () => undefined,
    }
  }

  /** One more operation; at the one where the process dies, perhaps a part of it. */
  #operate(part?: () => void): void {
    if (this.isDead) throw new Crash()
    this.#operations++
    for (const late of this.#late.filter(({ at }) => at <= this.#operations)) {
      this.#late.splice(this.#late.indexOf(late), 1)
      late.run()
    }
    if (this.#operations < this.#crashAt) return
    this.isDead = true
    if (part !== undefined && isLikely(this.#chance, 0.5)) part()
    throw new Crash()
  }

  #mutated(step: Step, run: () => void): void {
    if (this.#mutation?.step !== step) run()
    else if (this.#mutation.how === 'too late')
      this.#late.push({ at: this.#operations + 1 + below(this.#chance, 30), run })
  }

  #place(path: string): { readonly folder: Folder; readonly name: string } {
    const folder = this.#folders.get(dirname(path))
    if (folder === undefined) throw failure('ENOENT', path)
    return { folder, name: basename(path) }
  }

  #name(folder: Folder, change: Naming): void {
    change(folder.memory)
    folder.pending.push(change)
  }

  #survivors<T>(pending: readonly T[]): readonly T[] {
    const how = pick(this.#chance, ['all', 'none', 'some', 'some', 'first'] as const)
    switch (how) {
      case 'all':
        return pending
      case 'none':
        return []
      case 'first':
        return pending.slice(0, below(this.#chance, pending.length + 1))
      case 'some':
        return pending.filter(() => isLikely(this.#chance, 0.5))
    }
  }

  #survived({ disk, pending }: Inode): Inode {
    const bytes = disk.copy()
    for (const change of this.#survivors(pending)) bytes.apply(this.#torn(change))
    return { memory: bytes, disk: bytes.copy(), pending: [] }
  }

  #torn(change: Change): Change {
    if ('length' in change || isLikely(this.#chance, 0.7)) return change
    const { at, bytes } = change
    const cut = below(this.#chance, bytes.length + 1)
    return isLikely(this.#chance, 0.5) ? { at, bytes: bytes.slice(0, cut) } : { at: at + cut, bytes: bytes.slice(cut) }
  }
}

const newFolder = (): Folder => ({ memory: new Map(), disk: new Map(), pending: [] })

const failure = (code: string, path: string): Error => Object.assign(new Error(`${code}: ${path}`), { code, path })

class Bytes {
  #held = Buffer.alloc(256)
  length = 0

  apply(change: Change): void {
    if ('length' in change) {
      this.#grow(change.length)
      this.#held.fill(0, change.length, Math.max(this.length, change.length))
      this.length = change.length
      return
    }
    const end = change.at + change.bytes.length
    if (change.bytes.length === 0) return
    this.#grow(end)
    this.#held.set(change.bytes, change.at)
    this.length = Math.max(this.length, end)
  }

  read(buffer: Uint8Array, at: number): number {
    const part = this.#held.subarray(at, Math.max(at, Math.min(this.length, at + buffer.length)))
    buffer.set(part)
    return part.length
  }

  copy(): Bytes {
    const copy = new Bytes()
    copy.#held = Buffer.from(this.#held)
    copy.length = this.length
    return copy
  }

  #grow(length: number): void {
    if (length <= this.#held.length) return
    const held = Buffer.alloc(Math.max(length, 2 * this.#held.length))
    held.set(this.#held)
    this.#held = held
  }
}

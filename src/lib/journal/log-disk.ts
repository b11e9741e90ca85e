/** Why something is made durable. A test leaves each of them out in turn, and sees that it is missed. */
export type Step =
  | 'commit'
  | 'refusal'
  | 'journal.folder'
  | 'topic.file'
  | 'topic.folder'
  | 'checkpoint.file'
  | 'removal.folder'
  | 'cut.folder'
  | 'torn.file'
  | 'torn.folder'
  | 'suspect.file'
  | 'suspect.folder'
  | 'packed.file'
  | 'packed.folder'
  | 'holes.file'
  | 'holes.folder'
  | 'retained.file'
  | 'retained.folder'
  | 'snapshot.file'
  | 'snapshot.folder'

export type Lock = { readonly release: () => Promise<void> }
export type Entry = { readonly name: string; readonly isFolder: boolean }

export interface ReadFile {
  readonly size: number
  /** Fills `buffer` with what is at that byte on, as far as it goes; how many bytes it was. */
  read(buffer: Uint8Array, at: number): number
  close(): void
}

export interface LogFile extends ReadFile {
  /** Writes all of it, from that byte on. */
  write(bytes: Uint8Array, at: number): void
  /** Of little that was written a disk may make it durable while the caller waits: to ask another thread takes longer. */
  sync(step: Step, isLittle?: boolean): Promise<void>
  syncNow(step: Step): void
  truncate(bytes: number): void
}

export interface ReadDisk {
  /** What is in a folder, by name; nothing where there is none. */
  list(folder: string): readonly Entry[]
  /** Throws ENOENT where there is none. */
  openToRead(path: string): ReadFile
}

/**
 * All that the log asks of a disk. What was written is not durable before its file is synced; what was made, renamed or removed is not
 * before its folder is. Tests put a disk in its place that loses, reorders and tears what was not.
 */
export interface LogDisk extends ReadDisk {
  lock(folder: string): Promise<Lock>
  /** A new file. Throws EEXIST when there is one. */
  create(path: string): LogFile
  open(path: string): LogFile
  /** Throws EEXIST when there is one. */
  makeFolder(path: string): void
  rename(from: string, to: string): void
  /** How full it is, in whole percent. */
  usedPercent(folder: string): number
  remove(path: string): void
  /** Makes what a folder names durable. */
  syncFolder(folder: string, step: Step): void
}

export const isDiskFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes(codeOf(error))
/** There are too many open files, of the process or of the machine. */
export const isOutOfFiles = (error: unknown): boolean => ['EMFILE', 'ENFILE'].includes(codeOf(error))
export const isGone = (error: unknown): boolean => codeOf(error) === 'ENOENT'
/** The system said it, of a file or folder: `EIO`, `EACCES`, … */
export const isOfSystem = (error: unknown): boolean => /^E[A-Z\d]+$/.test(codeOf(error))

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''

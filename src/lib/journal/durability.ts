/** `fsync`: acknowledged when it is on the disk. `written`: from the page cache already: it outlives a killed process, not a power cut. */
export type Durability = Readonly<Record<string, 'fsync' | 'written'>>

/** What capital hangs on is `fsync` always, and kept for good; of the other namespaces a topology may say otherwise. */
export const mayBeWritten = ['md', 'indicator', 'ml'] as const

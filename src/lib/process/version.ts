import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '#lib/process/package-root.ts'

// Put in its place by the build; absent when the sources run as they are (tests, benchmarks).
declare const TRADER_VERSION: string | undefined

/** The version of trader, as in its package.json. */
export const version: string = typeof TRADER_VERSION === 'string' ? TRADER_VERSION : readVersion()

function readVersion(): string {
  return JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')).version
}

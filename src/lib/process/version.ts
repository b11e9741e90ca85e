import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '#lib/process/package-root.ts'

// Put in its place by the build; absent when the sources run as they are (tests, benchmarks).
declare const TRADER_VERSION: string | undefined
declare const TRADER_CODE: string | undefined

/** The version of trader, as in its package.json. */
export const version: string = typeof TRADER_VERSION === 'string' ? TRADER_VERSION : readVersion()

/** Changes with the code of the services: what one version keeps of its state another may not understand. */
export const codeHash: string = typeof TRADER_CODE === 'string' ? TRADER_CODE : `sources of ${version}`

function readVersion(): string {
  return JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')).version
}

import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { getAsset, getAssetKeys, isSea } from 'node:sea'
import { packageRoot } from '#lib/process/package-root.ts'

const folder = 'strategies'

/** The names of the strategies that ship with trader, in its package or in the single binary. */
export function shippedStrategies(): readonly string[] {
  const files = isSea()
    ? getAssetKeys().filter((key) => key.startsWith(`${folder}/`))
    : readdirSync(join(packageRoot(), folder))
  return files.map((file) => basename(file, '.yaml'))
}

/** The file of one of them. */
export const shippedStrategyText = (name: string): string =>
  isSea()
    ? getAsset(`${folder}/${name}.yaml`, 'utf8')
    : readFileSync(join(packageRoot(), folder, `${name}.yaml`), 'utf8')

/** Where what completes a strategy file in an editor is; null in the single binary, which has no such file. */
export const strategySchemaFile = (): string | null =>
  isSea() ? null : join(packageRoot(), 'schemas', 'json', 'strategy-file.json')

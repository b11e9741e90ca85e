/** Builds dist/ and oclif.manifest.json; with `--if-stale` only when a source is newer than what was built. */
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import packageJson from '../package.json' with { type: 'json' }
import { bundleOptions, childCommands, commandFiles, inEnglish, requireFrom, root, withoutDevTools } from './bundle.ts'

process.chdir(root)
process.env.NODE_ENV = 'production'
const stamp = 'dist/.built'

if (!process.argv.includes('--if-stale') || isStale()) await buildAll()

function isStale(): boolean {
  if (!existsSync(stamp) || !existsSync('oclif.manifest.json')) return true
  const builtAt = statSync(stamp).mtimeMs
  // Folders count too: a file that was removed leaves its trace there alone.
  const sources = globSync(['package.json', 'package-lock.json', '{src,schemas,scripts}', '{src,schemas,scripts}/**'])
  return sources.some((file) => statSync(file).mtimeMs > builtAt)
}

async function buildAll(): Promise<void> {
  const startedAt = new Date()
  const next = `dist.next-${process.pid}`
  const old = `dist.old-${process.pid}`
  try {
    const options = await bundleOptions()
    const entryPoints = Object.fromEntries(
      [...commandFiles()].map(([id, file]) => [`commands/${id.replaceAll(':', '/')}`, file]),
    )
    await build({
      ...options,
      entryPoints: { start: 'src/lib/terminal/start.ts', ...entryPoints },
      outdir: next,
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      plugins: [withoutDevTools, inEnglish],
      banner: requireFrom('import.meta.url'),
    })
    await build({
      ...options,
      entryPoints: {
        start: 'src/lib/terminal/start-child.ts',
        ...Object.fromEntries(childCommands.map((name) => [name, `src/commands/${name}.ts`])),
      },
      alias: { '@oclif/core': './src/lib/terminal/child-command.ts' },
      outdir: join(next, 'child'),
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      plugins: [inEnglish],
      banner: requireFrom('import.meta.url'),
    })
    const manifest = await manifestOf(next)
    writeFileSync(join(next, '.built'), '')
    utimesSync(join(next, '.built'), startedAt, startedAt)
    moveIntoPlace(next, old)
    writeFileSync(`${next}.json`, JSON.stringify(manifest))
    renameSync(`${next}.json`, 'oclif.manifest.json')
  } finally {
    rmSync(next, { recursive: true, force: true })
  }
  // Proves that it starts, and fills the compile cache for the next start.
  execFileSync(process.execPath, ['bin/run.js', '--version'], { stdio: ['ignore', 'ignore', 'inherit'] })
}

// Moved into place whole, so that whoever starts trader meanwhile finds the old build or the new one. Another build may come between
// the two steps: the last one wins.
function moveIntoPlace(next: string, old: string): void {
  for (let tries = 1; existsSync(next); tries++) {
    try {
      if (existsSync('dist')) renameSync('dist', `${old}-${tries}`)
      renameSync(next, 'dist')
    } catch (error) {
      if (tries === 10) throw error
    } finally {
      rmSync(`${old}-${tries}`, { recursive: true, force: true })
    }
  }
}

async function manifestOf(folder: string): Promise<object> {
  const { Plugin } = await import('@oclif/core/config')
  const oclif = { ...packageJson.oclif, commands: `./${folder}/commands` }
  const options = { root, isRoot: true, ignoreManifest: true, errorOnManifestCreate: true, respectNoCacheDefault: true }
  const plugin = new Plugin({ ...options, pjson: { ...packageJson, oclif } as never })
  await plugin.load()
  const commands = Object.entries(plugin.manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [, command] of commands) command.relativePath = ['dist', ...(command.relativePath ?? []).slice(1)]
  return { ...plugin.manifest, commands: Object.fromEntries(commands) }
}

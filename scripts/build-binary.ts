/** Builds build/trader: one file that holds Node and all of trader, and starts its children from itself. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'
import { bundleOptions, commandFiles, inEnglish, requireFrom, root, withoutDevTools } from './bundle.ts'

process.chdir(root)
execFileSync(process.execPath, ['scripts/build.ts', '--if-stale'], { stdio: 'inherit' })
mkdirSync('build', { recursive: true })

const folder = `build/next-${process.pid}`
mkdirSync(folder)
try {
  await build({
    ...(await bundleOptions()),
    stdin: { contents: entry(), resolveDir: root, sourcefile: 'binary-entry.ts', loader: 'ts' },
    outfile: `${folder}/trader.mjs`,
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [withoutDevTools, inEnglish],
    banner: requireFrom('process.execPath'),
  })
  copyFileSync(process.execPath, `${folder}/node`)
  stripSymbols(`${folder}/node`)
  const sea = {
    main: `${folder}/trader.mjs`,
    mainFormat: 'module',
    executable: `${folder}/node`,
    output: `${folder}/trader`,
    useCodeCache: true,
    assets: Object.fromEntries(globSync('{examples,strategies}/*.yaml').map((file) => [file, file])),
    disableExperimentalSEAWarning: true,
  }
  writeFileSync(`${folder}/sea.json`, JSON.stringify(sea))
  execFileSync(process.execPath, ['--build-sea', `${folder}/sea.json`], { stdio: ['ignore', 'ignore', 'inherit'] })
  execFileSync('mv', [`${folder}/trader`, 'build/trader'])
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function entry(): string {
  const loaders = [...commandFiles()].map(
    ([id, file]) => `${JSON.stringify(id)}: () => import(${JSON.stringify(`./${file}`)})`,
  )
  return `
    import manifest from './oclif.manifest.json'
    import packageJson from './package.json'
    import { CompiledPlugin } from '#lib/terminal/compiled-plugin.ts'
    import { start } from '#lib/terminal/start.ts'
    Object.assign(process.env, { NODE_ENV: 'production' })
    const plugin = new CompiledPlugin(packageJson, manifest, { ${loaders.join(', ')} })
    plugin.load().then(() => start({ root: plugin.root, pjson: packageJson, plugins: new Map([[plugin.name, plugin]]) }))`
}

// A third of the size. Only before the bundle goes in: stripped afterwards the binary crashes.
function stripSymbols(file: string): void {
  try {
    execFileSync('strip', [file], { stdio: 'ignore' })
  } catch {
    console.error('no working `strip` here: the binary keeps its symbols')
  }
}

import { createHash } from 'node:crypto'
import { globSync } from 'node:fs'
import { join, parse } from 'node:path'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { serviceRank } from '#schemas/service-rank.ts'
import packageJson from '../package.json' with { type: 'json' }

export const root = join(import.meta.dirname, '..')

/** Every command with its file: `md:import` -> `src/commands/md/import.ts`. */
export function commandFiles(): Map<string, string> {
  const files = globSync('src/commands/**/*.{ts,tsx}', { cwd: root }).sort()
  return new Map(files.map((file) => [commandId(file), file]))
}

function commandId(file: string): string {
  const { dir, name } = parse(file)
  return [...dir.split('/').slice(2), name].join(':')
}

const commonOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22.18',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"', TRADER_VERSION: JSON.stringify(packageJson.version) },
  // Optional native parts of ws, and what oclif would run TypeScript sources with: they do without.
  external: ['bufferutil', 'utf-8-validate', 'typescript', 'ts-node'],
} satisfies BuildOptions

/** What the bundle in dist/ and the single binary have in common. */
export async function bundleOptions() {
  const define = { ...commonOptions.define, TRADER_CODE: JSON.stringify(await codeHash()) }
  return { ...commonOptions, define } satisfies BuildOptions
}

/** Changes with what the services are made of, and with nothing else. */
async function codeHash(): Promise<string> {
  const services = { entryPoints: ['src/compose/services.ts'], outdir: 'dist', write: false as const }
  const { outputFiles } = await build({ ...commonOptions, ...services, plugins: [inEnglish] })
  return createHash('sha256')
    .update(outputFiles.map(({ text }) => text).join(''))
    .digest('hex')
}

/** ink wants the React developer tools only under DEV=true; the bundle has an empty module in their place. */
export const withoutDevTools: Plugin = {
  name: 'without-dev-tools',
  setup(build) {
    build.onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: 'empty' }))
    build.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {}' }))
  },
}

/** Messages of zod in every language but English: 250 kB that each process would read. */
export const inEnglish: Plugin = {
  name: 'in-english',
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js'",
    }))
  },
}

/** The processes of a tree; they start often and many at once, and without what helps people at a terminal. */
export const childCommands = ['log', 'router', ...serviceRank]

/** CommonJS packages in an ES module bundle call `require` for Node's own modules; `from` is the path it resolves from. */
export const requireFrom = (from: 'import.meta.url' | 'process.execPath'): { js: string } => ({
  js: `import { createRequire as createRequireHere } from 'node:module';const require = createRequireHere(${from});`,
})

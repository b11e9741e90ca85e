import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const product = filesOf('{src,schemas}/**/*.{ts,tsx}')
const scripts = filesOf('scripts/**/*.ts')
const tests = filesOf('{test,bench}/**/*.{ts,tsx}').filter((file) => file !== 'test/tidy.test.ts')
const everything = [...product, ...scripts, ...tests]
const pure = product.filter(
  (file) => /^src\/(services|lib\/(domain|kernel|options|metrics|chain))\//.test(file) && !file.includes('/adapters/'),
)

describe('tidy', () => {
  it('has looked at the sources', () => {
    expect(pure.length).toBeGreaterThan(10)
    expect(tests.length).toBeGreaterThan(10)
  })

  it('pure files know no ambient time: "now" is input.at, a wait is a system.time event', () => {
    const ambientTime =
      /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\b|\bprocess\.hrtime\b|\bset(Timeout|Interval|Immediate)\b|\bTemporal\.Now\b/
    expect(codeLines(pure, ambientTime)).toEqual([])
  })

  it('pure files know no chance: randomness is a seeded generator in the state', () => {
    expect(codeLines(pure, /\bMath\.random\b|\brandom(UUID|Bytes|Int|Fill)\w*\b|\bgetRandomValues\b/)).toEqual([])
  })

  it('pure files do no I/O and wait for nothing: adapters/ is the edge', () => {
    const io =
      /\bfrom '(node:)?(fs|net|http|https|http2|dgram|tls|dns|os|child_process|worker_threads|readline|process|timers)\b/
    expect(codeLines(pure, io)).toEqual([])
    expect(codeLines(pure, /\bprocess\.|\bconsole\.|\bfetch\(|\bWebSocket\b|\basync\b|\bawait\b/)).toEqual([])
  })

  it('pure files sort the same everywhere: with <, not by locale', () => {
    expect(codeLines(pure, /\blocaleCompare\b|\btoLocale\w*\(|\bIntl\./)).toEqual([])
  })

  it('ARCHITECTURE.md is read in one sitting: at most 150 lines', () => {
    expect(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(150)
  })

  it('no file of src or schemas is longer than 250 lines', () => {
    const long = product.map((file) => ({ file, lines: linesOf(file).length })).filter(({ lines }) => lines > 250)
    expect(long).toEqual([])
  })

  it('a rule of a specification has a number of its own', () => {
    const twice = filesOf('src/**/SPEC.md').flatMap((file) => {
      const rules = linesOf(file).flatMap((line) => /^- \*\*\[([A-Z][A-Z-]*\d+[a-z]?)\]/.exec(line)?.[1] ?? [])
      return rules.filter((rule, i) => rules.indexOf(rule) !== i).map((rule) => `${file} ${rule}`)
    })
    expect(twice).toEqual([])
  })

  it('a file is named after the question it answers', () => {
    const nameless = everything.filter((file) => /^(utils?|helpers?|common|misc|types?|index)\./.test(basename(file)))
    expect(nameless).toEqual([])
  })

  it('nothing is exported on behalf of another file', () => {
    expect(codeLines(everything, /^export\s+(type\s+)?(\*|\{[^}]*\})(\s+as\s+\w+)?\s+from\b/)).toEqual([])
  })

  it('imports go by subpath (#lib/…), not up and up', () => {
    expect(codeLines(everything, /(from|import)\s*\(?\s*['"]\.\.\/\.\.\//)).toEqual([])
  })

  it('nothing is left for later, and no test is switched off', () => {
    expect(matching(everything, /\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b/)).toEqual([])
    expect(matching(tests, /\b(describe|it|test|suite)(\.\w+)*\.(only|skip|todo|fails)\(/)).toEqual([])
  })

  it('no error is swallowed in silence', () => {
    const swallowed = product.filter((file) => /\bcatch\s*(\(\w*\)\s*)?\{\s*\}/.test(linesOf(file).join('\n')))
    expect(swallowed).toEqual([])
  })

  it('knows no path of one machine', () => {
    const texts = [...everything, ...filesOf('{bin,docs,examples,strategies}/**/*.*'), ...filesOf('*.{md,json,ts}')]
    expect(matching(texts, /(?<![\w.])\/(work|tmp|root|home|Users)\//)).toEqual([])
  })
})

function filesOf(pattern: string): string[] {
  return globSync(pattern, { cwd: root, exclude: ['node_modules/**'] }).sort()
}

function linesOf(file: string): string[] {
  return readFileSync(join(root, file), 'utf8').trimEnd().split('\n')
}

/** `file:line: text` of every line that matches. */
function matching(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap((file) =>
    linesOf(file).flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
  )
}

// As `matching`, without what stands in comments of whole lines.
function codeLines(files: readonly string[], pattern: RegExp): string[] {
  return matching(files, pattern).filter((found) => !/^[^:]+:\d+: (\/\/|\/?\*)/.test(found))
}

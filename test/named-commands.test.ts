import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const { commands } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
  commands: Record<string, { flags: Record<string, unknown> }>
}
const ids = Object.keys(commands)
const texts = globSync(['*.md', '{docs,src,examples,strategies}/**/*.{md,yaml,ts,tsx}'], { cwd: root }).sort()

/** `trader md import`, between backticks, at the start of a line of shell, or after `run:` and `see:` in a hint. */
const named = /(?:`|see: |run: |next: |^ +(?:\.\/bin\/)?)trader ([a-z]+)(?: ([a-z]+))?/gm

describe('commands that a text names', () => {
  it('are there', () => {
    const missing = texts.flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8')
      return [...text.matchAll(named)]
        .filter(([, topic = '', command]) => {
          const isTopic = ids.some((id) => id.startsWith(`${topic}:`))
          if (command !== undefined && isTopic && !ids.includes(topic)) return !ids.includes(`${topic}:${command}`)
          return !isTopic && !ids.includes(topic)
        })
        .map(([found]) => `${file}: ${found.trim()}`)
    })
    expect(texts.length).toBeGreaterThan(100)
    expect(missing).toEqual([])
  })
})

import { expect, it } from 'vitest'
import { topicPattern } from '#lib/journal/topic-pattern.ts'
import { drawBelow, seedRandom } from '#lib/market/seeded-random.ts'

const matches = (pattern: string, topic: string) => topicPattern([pattern])?.matches(topic)

it.each([
  ['md.bar', ['md.bar'], ['md.bars', 'xmd.bar', 'md-bar']],
  ['md', ['md.bar', 'md.'], ['md', 'mdx.bar']],
  ['order.*', ['order.fill', 'order.'], ['orders.fill', 'order']],
  ['*.rejected', ['risk.rejected', '.rejected'], ['risk.rejected2', 'rejected']],
  ['*a*a*', ['aa', 'xaxax'], ['a', 'xax']],
  ['a*a', ['aa', 'aba'], ['a', 'ab']],
  ['*', ['', 'md.bar'], []],
])('[J14] %s is these topics and not those', (pattern, yes, no) => {
  for (const topic of yes) expect(matches(pattern, topic), topic).toBe(true)
  for (const topic of no) expect(matches(pattern, topic), topic).toBe(false)
})

it('[J14] a star is any text, as a regular expression has it', () => {
  const random = seedRandom(5)
  const some = (letters: string, most: number) =>
    Array.from({ length: drawBelow(random, most) }, () => letters[drawBelow(random, letters.length)]).join('')
  for (let n = 0; n < 20_000; n++) {
    const [pattern, topic] = [`${some('ab.*', 7)}.`, `${some('ab.', 9)}.`]
    const expected = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(topic)
    expect(matches(pattern, topic), `${pattern} ${topic}`).toBe(expected)
  }
})

it('[J14] a pattern of many stars takes no longer than another', () => {
  expect(matches(`${'*a'.repeat(2_000)}x`, 'a'.repeat(5_000))).toBe(false)
})

import { describe, expect, it } from 'vitest'
import { nearestWords } from '#lib/terminal/nearest-words.ts'

describe('nearest words', () => {
  const words = ['backtest', 'router', 'risk', 'replay', 'md import']

  it.each([
    ['backtets', ['backtest']],
    ['ruoter', ['router']],
    ['riks', ['risk']],
    ['md improt', ['md import']],
    ['back', ['backtest']],
    ['zzzzzz', []],
  ])('%s -> %j', (written, nearest) => expect(nearestWords(written, words)).toEqual(nearest))
})

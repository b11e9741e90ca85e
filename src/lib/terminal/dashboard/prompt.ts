/** What the operator is asked to type before anything happens; null while nothing is asked. */
export type Prompt = { readonly word: 'HALT' | 'RESUME' | 'QUIT'; readonly typed: string } | null

export type Act = 'halt' | 'resume' | 'quit'

export type Key = {
  readonly return?: boolean
  readonly escape?: boolean
  readonly backspace?: boolean
  readonly delete?: boolean
}

/** The prompt after keys, what is to be done, and what the operator should hear of keys that did nothing. */
export type PromptStep = { readonly prompt: Prompt; readonly act: Act | null; readonly said: string | null }

const words = { k: 'HALT', r: 'RESUME', q: 'QUIT' } as const
const acts = { HALT: 'halt', RESUME: 'resume', QUIT: 'quit' } as const

/** The prompt after a key, or after keys that came at once. Only the whole word, then Enter, acts; another word is told, Escape leaves it. */
export function foldKeys(prompt: Prompt, input: string, key: Key): PromptStep {
  const keys = key.return ? ['\r'] : key.escape ? ['\x1b'] : key.backspace || key.delete ? ['\x7f'] : [...input]
  let step = asking(prompt)
  for (const one of keys) {
    const { said } = step
    step = foldKey(step.prompt, one)
    if (step.act !== null) return step
    step = { ...step, said: step.said ?? said }
  }
  return step
}

const asking = (prompt: Prompt): PromptStep => ({ prompt, act: null, said: null })

function foldKey(prompt: Prompt, key: string): PromptStep {
  if (prompt === null) return asking(key === 'k' || key === 'r' || key === 'q' ? { word: words[key], typed: '' } : null)
  const { word, typed } = prompt
  if (key === '\x1b') return asking(null)
  if (key === '\r' || key === '\n')
    return typed === word
      ? { prompt: null, act: acts[word], said: null }
      : { prompt: null, act: null, said: `nothing done: ${word} was not typed` }
  if (key === '\x7f' || key === '\b') return asking({ word, typed: typed.slice(0, -1) })
  return asking({ word, typed: /[A-Za-z]/.test(key) ? `${typed}${key}`.slice(0, 12) : typed })
}

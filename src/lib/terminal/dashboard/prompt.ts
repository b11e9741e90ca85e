/** What the operator is asked to type before anything happens; null while nothing is asked. */
export type Prompt = { readonly word: 'HALT' | 'RESUME'; readonly typed: string } | null

export type Key = {
  readonly return?: boolean
  readonly escape?: boolean
  readonly backspace?: boolean
  readonly delete?: boolean
}

export type PromptStep = { readonly prompt: Prompt; readonly act: 'halt' | 'resume' | 'quit' | null }

/** The prompt after a key, or after keys that came at once. Only the whole word, then Enter, acts; Escape or another word does nothing. */
export function foldKeys(prompt: Prompt, input: string, key: Key): PromptStep {
  const keys = key.return ? ['\r'] : key.escape ? ['\x1b'] : key.backspace || key.delete ? ['\x7f'] : [...input]
  let step: PromptStep = { prompt, act: null }
  for (const one of keys) {
    step = foldKey(step.prompt, one)
    if (step.act !== null) return step
  }
  return step
}

function foldKey(prompt: Prompt, key: string): PromptStep {
  if (prompt === null) {
    if (key === 'k') return { prompt: { word: 'HALT', typed: '' }, act: null }
    if (key === 'r') return { prompt: { word: 'RESUME', typed: '' }, act: null }
    return { prompt, act: key === 'q' ? 'quit' : null }
  }
  const { word, typed } = prompt
  if (key === '\x1b') return { prompt: null, act: null }
  if (key === '\r' || key === '\n')
    return { prompt: null, act: typed !== word ? null : word === 'HALT' ? 'halt' : 'resume' }
  if (key === '\x7f' || key === '\b') return { prompt: { word, typed: typed.slice(0, -1) }, act: null }
  return { prompt: { word, typed: /[A-Za-z]/.test(key) ? `${typed}${key}`.slice(0, 12) : typed }, act: null }
}

/** What the operator is asked to type before anything happens; null while nothing is asked. */
export type Prompt = { readonly word: 'HALT' | 'RESUME'; readonly typed: string } | null

export type Key = {
  readonly return?: boolean
  readonly escape?: boolean
  readonly backspace?: boolean
  readonly delete?: boolean
}

export type PromptStep = { readonly prompt: Prompt; readonly act: 'halt' | 'resume' | 'quit' | null }

/** The prompt after a key. Only the whole word, then Enter, acts; Escape or any other word does nothing. */
export function foldKey(prompt: Prompt, input: string, key: Key): PromptStep {
  if (prompt === null) {
    if (input === 'k') return { prompt: { word: 'HALT', typed: '' }, act: null }
    if (input === 'r') return { prompt: { word: 'RESUME', typed: '' }, act: null }
    return { prompt, act: input === 'q' ? 'quit' : null }
  }
  const { word, typed } = prompt
  if (key.escape) return { prompt: null, act: null }
  if (key.return) return { prompt: null, act: typed === word ? (word === 'HALT' ? 'halt' : 'resume') : null }
  if (key.backspace || key.delete) return { prompt: { word, typed: typed.slice(0, -1) }, act: null }
  const letters = input.replace(/[^A-Za-z]/g, '')
  return { prompt: { word, typed: `${typed}${letters}`.slice(0, 12) }, act: null }
}

import type { Flag, Word, Words } from '#lib/terminal/completion/words.ts'

/** A script for zsh: saved as `_trader` in a folder of `$fpath`, or `source <(trader completion zsh)`. */
export const zshCompletion = (all: readonly Words[]): string => `#compdef trader
# zsh completion of trader: source <(trader completion zsh)
_trader() {
  local place='' i
  local -a words_here
  for ((i = 2; i < CURRENT; i++)); do
    case "\${place:+$place }\${words[i]}" in
      ${all
        .filter(({ path }) => path !== '')
        .map(({ path }) => quoted(path))
        .join('|')}) place="\${place:+$place }\${words[i]}" ;;
      *) break ;;
    esac
  done
  case "$place \${words[CURRENT-1]}" in
${all.flatMap(valueCases).join('\n')}
  esac
  case "$place" in
${all.map((words) => `    ${quoted(words.path)}) words_here=(${described(words)}) ;;`).join('\n')}
  esac
  _describe 'trader' words_here || _files
}
if [ "$funcstack[1]" = _trader ]; then _trader "$@"; else compdef _trader trader; fi
`

const valueCases = ({ path, flags }: Words): string[] =>
  flags
    .filter(({ takesValue }) => takesValue)
    .map((flag) => `    ${quoted(`${path} --${flag.name}`)}) ${completeValue(flag)}; return ;;`)

const completeValue = ({ values }: Flag): string =>
  values.length === 0 ? '_files' : `compadd -- ${values.map(quoted).join(' ')}`

const described = ({ subcommands, values, flags }: Words): string =>
  [
    ...subcommands,
    ...values.map((name) => ({ name, says: '' })),
    ...flags.map(({ name, says }) => ({ name: `--${name}`, says })),
  ]
    .map(entry)
    .join(' ')

// _describe takes `word:description`; a colon in a word is escaped.
const entry = ({ name, says }: Word): string => quoted(`${name.replaceAll(':', '\\:')}${says === '' ? '' : `:${says}`}`)

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

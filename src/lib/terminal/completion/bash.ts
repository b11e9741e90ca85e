import type { Words } from '#lib/terminal/completion/words.ts'

/** A script for bash: `source <(trader completion bash)`. */
export const bashCompletion = (
  all: readonly Words[],
): string => `# bash completion of trader: source <(trader completion bash)
_trader() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${path:+$path }\${COMP_WORDS[i]}" in
      ${all
        .filter(({ path }) => path !== '')
        .map(({ path }) => quoted(path))
        .join('|')}) path=\${path:+$path }\${COMP_WORDS[i]} ;;
      *) break ;;
    esac
  done
  case "$path $previous" in
${all.flatMap(valueCases).join('\n')}
    *)
      case "$path" in
${all.map((words) => `        ${quoted(words.path)}) words=${quoted(everyWord(words))} ;;`).join('\n')}
      esac
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _trader trader
`

// After a flag that takes a value come its values; where they are not a closed set, the shell completes files.
const valueCases = ({ path, flags }: Words): string[] =>
  flags
    .filter(({ takesValue }) => takesValue)
    .map(({ name, values }) => `    ${quoted(`${path} --${name}`)}) words=${quoted(values.join(' '))} ;;`)

const everyWord = ({ subcommands, values, flags }: Words): string =>
  [...subcommands.map(({ name }) => name), ...values, ...flags.map(({ name }) => `--${name}`)].join(' ')

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

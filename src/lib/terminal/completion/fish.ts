import type { Flag, Word, Words } from '#lib/terminal/completion/words.ts'

/** A script for fish: `trader completion fish | source`. */
export const fishCompletion = (
  all: readonly Words[],
): string => `# fish completion of trader: trader completion fish | source
function __trader_place
  set -l place
  for word in (commandline -opc)[2..-1]
    switch (string join ' ' $place $word)
      case ${all
        .filter(({ path }) => path !== '')
        .map(({ path }) => quoted(path))
        .join(' ')}
        set -a place $word
      case '*'
        break
    end
  end
  string join ' ' $place
end
function __trader_at
  test "$argv" = (string join ' ' (__trader_place))
end
${all.flatMap(lines).join('\n')}
`

function lines({ path, subcommands, values, flags }: Words): string[] {
  const start = `complete -c trader -n ${quoted(`__trader_at ${path}`.trimEnd())}`
  return [
    ...[...subcommands, ...values.map((name) => ({ name, says: '' }))].map(
      (word) => `${start} -f -a ${describedAs(word)}`,
    ),
    ...flags.map((flag) => `${start} -l ${flag.name}${afterFlag(flag)}${flag.says && ` -d ${quoted(flag.says)}`}`),
  ]
}

const describedAs = ({ name, says }: Word): string => `${quoted(name)}${says && ` -d ${quoted(says)}`}`

const afterFlag = ({ takesValue, values }: Flag): string => {
  if (!takesValue) return ''
  return values.length === 0 ? ' -r' : ` -x -a ${quoted(values.join(' '))}`
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

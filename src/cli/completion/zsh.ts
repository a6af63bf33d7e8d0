import type { CompletedOption, CommandOutline } from './outline.ts'

export function zshCompletion(outlines: readonly CommandOutline[]): string {
  const paths = outlines.slice(1).map(({ path }) => `'${path}'`)
  return `#compdef dossier
# zsh completion for dossier. Keep it as _dossier in a folder of $fpath, or:  source <(dossier completion zsh)
_dossier() {
  local place=dossier last=\${words[CURRENT-1]} i
  local -a names options
  local files=
  for ((i = 2; i < CURRENT; i++)); do
    case "$place \${words[i]}" in
      ${paths.join('|')}) place="$place \${words[i]}" ;;
    esac
  done
  case "$place $last" in
${outlines.flatMap(valuesOf).join('\n')}
  esac
  case "$place" in
${outlines.map(caseOf).join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then
    _describe -o option options
  elif [[ -n $files ]]; then
    _files
  else
    _describe command names
  fi
}
if [[ $funcstack[1] == _dossier ]]; then _dossier "$@"; else compdef _dossier dossier dossier.mjs; fi
`
}

function caseOf({ path, names, options, takesFiles, choices }: CommandOutline): string {
  const listed = names.map(({ name, help }) => `'${name}:${help}'`).concat(choices.map((choice) => `'${choice}'`))
  const flags = options.map(({ name, help }) => `'${name}:${help}'`)
  return `    '${path}') names=(${listed.join(' ')}); options=(${flags.join(' ')})${takesFiles ? '; files=1' : ''} ;;`
}

function valuesOf({ path, options }: CommandOutline): string[] {
  return options.flatMap((option) => {
    const answer = answerOf(option)
    return answer === null ? [] : [`    '${path} ${option.name}') ${answer}return ;;`]
  })
}

function answerOf({ value, choices }: CompletedOption): string | null {
  if (value === 'none') return null
  if (value === 'choice') return `compadd -- ${choices.join(' ')}; `
  if (value === 'folder') return '_files -/; '
  return value === 'file' ? '_files; ' : ''
}

import type { CompletedOption, CommandOutline } from './outline.ts'

export function bashCompletion(outlines: readonly CommandOutline[]): string {
  const paths = outlines.slice(1).map(({ path }) => `"${path}"`)
  return `# bash completion for dossier. Load it with:  source <(dossier completion bash)
_dossier() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} place=dossier names= options= files= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$place \${COMP_WORDS[i]}" in
      ${paths.join(' | ')}) place="$place \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$place $prev" in
${outlines.flatMap(valuesOf).join('\n')}
  esac
  case "$place" in
${outlines.map(caseOf).join('\n')}
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
  elif [[ -n $files ]]; then
    compopt -o default 2>/dev/null || COMPREPLY=($(compgen -f -- "$cur"))
  else
    COMPREPLY=($(compgen -W "$names" -- "$cur"))
  fi
}
complete -F _dossier dossier dossier.mjs
`
}

function caseOf({ path, names, options, takesFiles, choices }: CommandOutline): string {
  const words = [...names.map(({ name }) => name), ...choices].join(' ')
  const flags = options.map(({ name }) => name).join(' ')
  return `    "${path}") names="${words}" options="${flags}"${takesFiles ? ' files=1' : ''} ;;`
}

/** Proposals for the values of options. */
function valuesOf({ path, options }: CommandOutline): string[] {
  const patternsByAnswer = new Map<string, string[]>()
  for (const option of options) {
    const answer = answerOf(option)
    if (answer !== null)
      patternsByAnswer.set(answer, [...(patternsByAnswer.get(answer) ?? []), `"${path} ${option.name}"`])
  }
  return [...patternsByAnswer].map(([answer, patterns]) => `    ${patterns.join(' | ')}) ${answer}return ;;`)
}

function answerOf({ value, choices }: CompletedOption): string | null {
  if (value === 'none') return null
  if (value === 'choice') return `COMPREPLY=($(compgen -W "${choices.join(' ')}" -- "$cur")); `
  if (value === 'folder') return 'compopt -o dirnames 2>/dev/null || COMPREPLY=($(compgen -d -- "$cur")); '
  return value === 'file' ? 'compopt -o default 2>/dev/null || COMPREPLY=($(compgen -f -- "$cur")); ' : ''
}

import type { CompletedOption, CommandOutline } from './outline.ts'

export function fishCompletion(outlines: readonly CommandOutline[]): string {
  const paths = outlines.slice(1).map(({ path }) => `'${path}'`)
  return `# fish completion for dossier. Load it with:  dossier completion fish | source
function __dossier_at
    set -l place dossier
    for word in (commandline -opc)[2..]
        switch "$place $word"
            case ${paths.join(' ')}
                set place "$place $word"
        end
    end
    test "$place" = "$argv[1]"
end
complete -c dossier -f
${outlines.flatMap(linesOf).join('\n')}
`
}

function linesOf({ path, names, options, takesFiles, choices }: CommandOutline): string[] {
  const here = `complete -c dossier -n '__dossier_at "${path}"'`
  return [
    ...names.map(({ name, help }) => `${here} -a '${name}' -d '${help}'`),
    ...choices.map((choice) => `${here} -a '${choice}'`),
    ...options.map((option) => `${here} -l '${option.name.replace(/^--/, '')}'${valueOf(option)} -d '${option.help}'`),
    ...(takesFiles ? [`${here} -F`] : []),
  ]
}

function valueOf({ value, choices }: CompletedOption): string {
  if (value === 'none') return ''
  if (value === 'choice') return ` -x -a '${choices.join(' ')}'`
  if (value === 'folder') return " -x -a '(__fish_complete_directories)'"
  return value === 'file' ? ' -r -F' : ' -x'
}

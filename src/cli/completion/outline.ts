/** Completions are derived from the command definitions, so nothing is defined twice. */
import type { Command, Option } from 'commander'

export interface CommandOutline {
  /** For example `dossier org create`. */
  readonly path: string
  readonly names: readonly Named[]
  readonly options: readonly CompletedOption[]
  /** Whether its arguments are files. */
  readonly takesFiles: boolean
  /** Values of the first argument; empty unless it is a closed list. */
  readonly choices: readonly string[]
}

export interface Named {
  readonly name: string
  readonly help: string
}

export interface CompletedOption extends Named {
  /** `none`: takes no value. `other`: takes a value for which nothing can be proposed. */
  readonly value: 'none' | 'file' | 'folder' | 'choice' | 'other'
  readonly choices: readonly string[]
}

export function outlineOf(command: Command, before = ''): CommandOutline[] {
  const path = `${before} ${command.name()}`.trim()
  const children = command.commands.filter((one) => !isHidden(one))
  const names = children.map((one) => ({ name: one.name(), help: helpOf(one.description()) }))
  const help: CompletedOption = { name: '--help', help: 'explain it', value: 'none', choices: [] }
  const argument = command.registeredArguments[0]
  const outline: CommandOutline = {
    path,
    names,
    options: [...command.options.filter(({ hidden }) => !hidden).map(completed), help],
    takesFiles: command.registeredArguments.some((one) => /^(paths?|files?|folders?)$/.test(one.name())),
    choices: argument?.argChoices ?? [],
  }
  return [outline, ...children.flatMap((child) => outlineOf(child, path))]
}

function completed(option: Option): CompletedOption {
  const choices = option.argChoices ?? []
  return {
    name: option.long ?? option.flags,
    help: helpOf(option.description),
    value: valueOf(option, choices),
    choices,
  }
}

function valueOf({ flags, long, required, optional }: Option, choices: readonly string[]): CompletedOption['value'] {
  if (!required && !optional) return 'none'
  if (choices.length > 0) return 'choice'
  if (long === '--data' || /<folder>/.test(flags)) return 'folder'
  return /<(file|path)>/.test(flags) ? 'file' : 'other'
}

/** Shortened to 70 characters and without characters that are special in shells. */
function helpOf(description: string): string {
  return description
    .replace(/['"`\\$:[\]]/g, ' ')
    .replace(/\s+/g, ' ')
    .slice(0, 70)
    .trim()
}

function isHidden(command: Command): boolean {
  return (command as unknown as { readonly _hidden?: boolean })._hidden === true
}

import { Argument, type Command } from 'commander'
import { bashCompletion } from './bash.ts'
import { fishCompletion } from './fish.ts'
import { outlineOf } from './outline.ts'
import { zshCompletion } from './zsh.ts'

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }

export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print what makes the Tab key know these commands')
    .addArgument(new Argument('<shell>', 'whose').choices(Object.keys(SHELLS)))
    .addHelpText(
      'after',
      `
Examples:
  source <(dossier completion bash)                                    # in ~/.bashrc
  dossier completion zsh > "\${fpath[1]}/_dossier"
  dossier completion fish > ~/.config/fish/completions/dossier.fish`,
    )
    .action((shell: keyof typeof SHELLS) => {
      process.stdout.write(SHELLS[shell](outlineOf(program)))
    })
}

import { Argument, type Command } from 'commander'

const SHELLS = {
  bash: async () => (await import('./bash.ts')).bashCompletion,
  zsh: async () => (await import('./zsh.ts')).zshCompletion,
  fish: async () => (await import('./fish.ts')).fishCompletion,
}

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
    .action(async (shell: keyof typeof SHELLS) => {
      const { outlineOf } = await import('./outline.ts')
      process.stdout.write((await SHELLS[shell]())(outlineOf(program)))
    })
}

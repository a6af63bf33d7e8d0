type Action = (...words: never[]) => unknown
/** The names of a module's actions. */
type Named<M> = keyof { [N in keyof M as M[N] extends Action ? N : never]: true }
type Words<F> = F extends (...words: infer W) => unknown ? W : never

/** An action of commander's whose file is loaded when it is asked for: nobody waits for the commands of others. */
export function lazily<M, N extends Named<M> & keyof M>(
  load: () => Promise<M>,
  name: N,
): (...words: Words<M[N]>) => Promise<void> {
  return async (...words) => {
    const action = (await load())[name] as (...words: Words<M[N]>) => unknown
    await action(...words)
  }
}

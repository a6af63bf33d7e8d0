type Action = (...words: never[]) => unknown
/** Names of a module's exported functions. */
type Named<M> = keyof { [N in keyof M as M[N] extends Action ? N : never]: true }
type Words<F> = F extends (...words: infer W) => unknown ? W : never

/** A commander action whose module is loaded on first use, so that no command waits for modules of other commands. */
export function lazily<M, N extends Named<M> & keyof M>(
  load: () => Promise<M>,
  name: N,
): (...words: Words<M[N]>) => Promise<void> {
  return async (...words) => {
    const action = (await load())[name] as (...words: Words<M[N]>) => unknown
    await action(...words)
  }
}

/** How services are made: every operation names its action, or why it has none. One that does neither does not compile. */
import type { Action } from '../model/actions.ts'
import type { Actor } from './actor.ts'
import type { Gate, Target } from './authorize.ts'

declare const checked: unique symbol
declare const withoutActor: unique symbol

/** An operation that the gate decides before it runs. */
export type Operation<A extends readonly unknown[], R> = ((actor: Actor, ...args: A) => Promise<R>) & {
  readonly [checked]: true
}

/** An operation that no actor is asked for, because something else was proved (a secret, a share's address) or nobody outside reaches it. */
export type Open<F extends (...args: never[]) => unknown> = F & { readonly [withoutActor]: true }

/** A service all of whose methods are operations; any other method becomes `never`, so that the service cannot be composed. */
export type Guarded<S> = {
  readonly [K in keyof S]: S[K] extends (...args: never[]) => unknown
    ? S[K] extends { readonly [checked]: true } | { readonly [withoutActor]: true }
      ? S[K]
      : never
    : S[K]
}

/** One action on one target. An operation may need several. */
export type Requirement = readonly [action: Action, target: Target]

/** None: something else in the operation decides, and says so. */
type Needed = Requirement | readonly Requirement[]

type Requirements<A extends readonly unknown[]> = (actor: Actor, ...args: A) => Needed | Promise<Needed>

/** For what stands above organizations: administrators of one are asked too. */
export const ALWAYS = { always: true } as const

interface Operations {
  /**
   * `needs` is evaluated only for actors that can be refused: an administrator within an organization costs nothing,
   * unless `always` is set because the operation stands above organizations.
   */
  readonly operation: <A extends readonly unknown[], R>(
    needs: Needed | Requirements<A>,
    run: (actor: Actor, ...args: A) => Promise<R>,
    options?: typeof ALWAYS,
  ) => Operation<A, R>
}

export function createOperations(gate: Gate): Operations {
  return {
    operation<A extends readonly unknown[], R>(
      needs: Needed | Requirements<A>,
      run: (actor: Actor, ...args: A) => Promise<R>,
      { always = false }: { readonly always?: boolean } = {},
    ) {
      const guarded = async (actor: Actor, ...args: A): Promise<R> => {
        if (always || actor.profile !== null)
          for (const [action, target] of listOf(typeof needs === 'function' ? await needs(actor, ...args) : needs))
            await gate.authorize(actor, action, target)
        return run(actor, ...args)
      }
      return guarded as Operation<A, R>
    },
  }
}

/** `why` is for the reader: what was proved instead of asking who the actor is. */
export function open<F extends (...args: never[]) => unknown>(_why: string, run: F): Open<F> {
  return run as Open<F>
}

function listOf(needs: Needed): readonly Requirement[] {
  return isOne(needs) ? [needs] : needs
}

function isOne(needs: Needed): needs is Requirement {
  return typeof needs[0] === 'string'
}

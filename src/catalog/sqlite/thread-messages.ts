import type { MessagePort } from 'node:worker_threads'
import type { MetricsBuffer } from '../../core/ports/metrics-buffer.ts'
import { fenceIn } from '../moving/fence.ts'

/** The first message to a thread: what it works on. */
export interface Begin {
  /** The catalog's. */
  readonly file: string
  /** Where it counts its work. */
  readonly buffer: MetricsBuffer | null
}

/** One more way in, which is served like the first. */
export interface PortMessage {
  readonly share: MessagePort
}

/** One operation asked of a thread. */
export interface Asked {
  readonly id: number
  readonly name: string
  readonly args: readonly unknown[]
}

/** Without an id: end, once all that was asked before is done. */
export type Request = Asked | { readonly id: null }

export type Reply = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: Thrown }

/** An error as plain data: a structured clone would lose its code and its own name. */
export interface Thrown {
  readonly name: string
  readonly message: string
  readonly code: string | null
  readonly stack: string | null
}

export function thrown(caught: unknown): Thrown {
  const error = fenceIn(caught) ?? caught
  const { name, message, stack = null } = error instanceof Error ? error : new Error(String(error))
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
  return { name, message, code, stack }
}

export function restored({ name, message, code, stack }: Thrown): Error {
  const error = Object.assign(new Error(message), code === null ? { name } : { name, code })
  if (stack !== null) error.stack = stack
  return error
}

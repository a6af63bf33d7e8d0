/** The end of a page as an opaque text that clients send back. It contains only values that the page itself showed. */
import type { z } from 'zod'
import { Fault } from '../../core/model/fault.ts'

export function cursorOf(values: unknown): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(values))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}

/** Fault: `invalid_input` for a text that is not a cursor, or is another list's. */
export function valuesOf<T>(schema: z.ZodType<T>, cursor: string): T {
  const facts = schema.safeParse(read(cursor))
  if (facts.success) return facts.data
  throw new Fault(
    'invalid_input',
    'parameter',
    'The cursor is none of this list in this order; use `next` of the page before as it is, with the same parameters.',
    { reason: 'cursor' },
  )
}

/** A page of a list held in memory; the order is that of the list. */
export function pageOf<T extends { readonly id: string }>(
  all: readonly T[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  schema: z.ZodType<string>,
): { readonly items: readonly T[]; readonly next: string | null } {
  const after = cursor === undefined ? null : valuesOf(schema, cursor)
  const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1
  const items = all.slice(start, start + limit)
  return { items, next: start + limit < all.length ? cursorOf(items.at(-1)?.id) : null }
}

function read(cursor: string): unknown {
  try {
    const bytes = Uint8Array.from(atob(cursor.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

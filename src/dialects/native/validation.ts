/** Validates bodies and queries against their schemas; errors name each invalid place. */
import type { z } from 'zod'
import { Fault, type FaultSubject } from '../../core/model/fault.ts'
import type { Call } from '../../http/contracts.ts'

/** Deeper than any body of this API. Without this limit, recursive code could overflow the stack. */
const MAX_DEPTH = 32
const MAX_ERRORS = 50

export async function bodyOf<T>(schema: z.ZodType<T>, call: Call): Promise<T> {
  const body = await call.json()
  if (body === undefined)
    throw new Fault('invalid_input', 'body', 'The request has no body; a JSON object was expected.', {
      reason: 'empty',
    })
  if (isDeeperThan(MAX_DEPTH, body))
    throw new Fault(
      'invalid_input',
      'body',
      `The body is nested more than ${String(MAX_DEPTH)} levels deep; nothing here needs that.`,
    )
  return mustBe(schema, body, 'body', (path) => `/${path.map(String).join('/')}`)
}

export function queryOf<T>(schema: z.ZodType<T>, { query }: Call): T {
  const twice = [...query.keys()].find((key, index, keys) => keys.indexOf(key) !== index)
  if (twice !== undefined)
    throw new Fault('invalid_input', 'parameter', `The parameter ${twice.slice(0, 60)} comes more than once.`)
  return mustBe(schema, Object.fromEntries(query), 'parameter', (path) => path.map(String).join('.'))
}

function mustBe<T>(
  schema: z.ZodType<T>,
  value: unknown,
  subject: FaultSubject,
  at: (path: readonly PropertyKey[]) => string,
): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues
    .flatMap((issue) => errorsOf(issue, at))
    .slice(0, MAX_ERRORS)
    .map(({ at, message }) => ({ at: at.slice(0, 200), message: message.slice(0, 200) }))
  const [first] = errors
  const where = first === undefined || first.at === '' || first.at === '/' ? `The ${subject}` : first.at
  const more = errors.length > 1 ? ` (and ${String(errors.length - 1)} more)` : ''
  throw new Fault('invalid_input', subject, `${where}: ${first?.message ?? 'cannot be understood'}${more}.`, {
    reason: 'validation',
    details: { errors },
  })
}

function errorsOf(issue: z.core.$ZodIssue, at: (path: readonly PropertyKey[]) => string) {
  if (issue.code !== 'unrecognized_keys') return [{ at: at(issue.path), message: issue.message }]
  return issue.keys.map((key) => ({ at: at([...issue.path, key]), message: 'is not known here; leave it out' }))
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner))
}

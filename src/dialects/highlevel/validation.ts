/** Validates bodies against their schemas; errors are class-validator's sentences, which HighLevel's clients expect. */
import type { z } from 'zod'
import { Fault } from '../../core/model/fault.ts'
import { invalid } from './faults.ts'

/** Deeper than any body of the API. Without this limit, recursive code could overflow the stack. */
const MAX_DEPTH = 32
const MAX_SENTENCES = 50

const KINDS: Readonly<Record<string, string>> = {
  string: 'a string',
  boolean: 'a boolean value',
  array: 'an array',
  object: 'an object',
  record: 'an object',
  number: 'a number conforming to the specified constraints',
  int: 'an integer number',
}

/** Fault: `invalid_input`; with a list of sentences when the body is an object that violates the schema. */
export function mustBe<T>(schema: z.ZodType<T>, body: unknown): T {
  // Without required properties the body may be absent; with them, the sentences name each one.
  const given = body ?? {}
  if (typeof given !== 'object' || Array.isArray(given))
    throw invalidJson(`The body is ${Array.isArray(given) ? 'a list' : `a ${typeof given}`}; it must be a JSON object.`)
  if (isDeeperThan(MAX_DEPTH, given))
    throw invalidJson(`The body is nested more than ${String(MAX_DEPTH)} levels deep; nothing here needs that.`)
  const parsed = schema.safeParse(given, { reportInput: true })
  if (parsed.success) return parsed.data
  throw invalid([...new Set(parsed.error.issues.slice(0, MAX_SENTENCES).flatMap(sentencesOf))])
}

/** The sentences for a required text that is missing or of another type. */
export function requiredSentences(name: string, found: unknown): readonly string[] {
  const empty = `${name} can't be empty`
  if (found === '') return [empty]
  return found === undefined || found === null ? [empty, `${name} must be a string`] : [`${name} must be a string`]
}

function invalidJson(sentence: string): Fault {
  return new Fault('invalid_input', 'body', sentence)
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  return Object.values(value).some((inner) => isDeeperThan(levels - 1, inner))
}

function sentencesOf(issue: z.core.$ZodIssue): readonly string[] {
  const name = nameOf(issue.path)
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue, name)
    case 'invalid_value':
      return [`${name} must be one of the following values: ${issue.values.join(', ')}`]
    case 'too_small':
      return issue.origin === 'string'
        ? requiredSentences(name, '')
        : [`${name} must not be less than ${String(issue.minimum)}`]
    case 'too_big':
      return [tooBig(issue.origin, name, Number(issue.maximum))]
    case 'invalid_format':
    case 'custom':
      return [issue.message]
    default:
      return [`${name} is invalid`]
  }
}

function wrongType(issue: z.core.$ZodIssueInvalidType, name: string): readonly string[] {
  if (issue.expected === 'never') return [issue.message]
  if (issue.expected === 'string') return requiredSentences(name, issue.input)
  return [`${name} must be ${KINDS[issue.expected] ?? `a ${issue.expected}`}`]
}

function tooBig(origin: string, name: string, most: number): string {
  if (origin === 'string') return `${name} must be shorter than or equal to ${String(most)} characters`
  if (origin === 'array') return `${name} must contain no more than ${String(most)} elements`
  return `${name} must not be greater than ${String(most)}`
}

/** `tags.0` is "each value in tags". */
function nameOf(path: readonly PropertyKey[]): string {
  if (typeof path.at(-1) === 'number') return `each value in ${path.slice(0, -1).join('.')}`
  return path.join('.')
}

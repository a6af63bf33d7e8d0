/**
 * Zoho's scope grammar, `service.scope[.sub].OPERATION`, as published on the reference page and Zoho's accounts pages:
 * case-insensitive, with module names written with or without underscores.
 */
import type { Permits } from '../../http/contracts.ts'
import { isStandard, wordOf } from './modules.ts'

export type Operation = 'create' | 'read' | 'update' | 'delete'

const parsed = new WeakMap<ReadonlySet<string>, ReadonlySet<string>>()

/** For a record's attachments: both the module's and the attachments' scope, or one that covers all modules. */
export function attachments(operation: Operation): Permits {
  return (scopes, params) => {
    const words = wordsOf(scopes)
    return (
      grants(words, 'zohocrm.modules', [operation]) ||
      (grantsModule(words, params['module'] ?? '', [operation]) &&
        grants(words, 'zohocrm.modules.attachments', [operation]))
    )
  }
}

/** For records themselves; any one of the operations suffices. */
export function records(...operations: Operation[]): Permits {
  return (scopes, params) => {
    const words = wordsOf(scopes)
    return grants(words, 'zohocrm.modules', operations) || grantsModule(words, params['module'] ?? '', operations)
  }
}

/**
 * For what the SDKs read besides records: `settings.fields`, `users`, `org`; the scope `settings` covers all of its
 * parts.
 */
export function reading(subject: string): Permits {
  const [group = ''] = subject.split('.')
  return (scopes) => {
    const words = wordsOf(scopes)
    return (
      grants(words, `zohocrm.${group}`, ['read']) || grants(words, `zohocrm.${subject.replaceAll('_', '')}`, ['read'])
    )
  }
}

function grantsModule(words: ReadonlySet<string>, module: string, operations: readonly Operation[]): boolean {
  const word = wordOf(module)
  return (
    grants(words, `zohocrm.modules.${word}`, operations) ||
    (!isStandard(word) && grants(words, 'zohocrm.modules.custom', operations))
  )
}

/** `ALL` covers every operation; `WRITE` covers create, update and delete. */
function grants(words: ReadonlySet<string>, subject: string, operations: readonly Operation[]): boolean {
  return (
    words.has(`${subject}.all`) ||
    operations.some(
      (operation) => words.has(`${subject}.${operation}`) || (operation !== 'read' && words.has(`${subject}.write`)),
    )
  )
}

function wordsOf(scopes: ReadonlySet<string>): ReadonlySet<string> {
  let words = parsed.get(scopes)
  if (words === undefined) {
    words = new Set([...scopes].map((scope) => scope.trim().toLowerCase().replaceAll('_', '')))
    parsed.set(scopes, words)
  }
  return words
}

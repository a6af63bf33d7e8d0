/** Descriptions of scopes, shown on the consent page. */

const OPERATION_VERBS: Readonly<Record<string, string>> = {
  all: 'See, add, change and delete',
  read: 'See',
  create: 'Add',
  update: 'Change',
  delete: 'Delete',
  write: 'Add, change and delete',
}

const READING = new Set(['all', 'read'])

/** Returns null for a scope that has no effect here. */
export function scopeDescription(scope: string): string | null {
  const [service, area, ...rest] = scope.toLowerCase().replaceAll('_', '').split('.')
  if (service !== 'zohocrm') return null
  const operation = rest.at(-1) ?? ''
  switch (area) {
    case 'modules':
      return recordsMeaning(rest, OPERATION_VERBS[operation])
    case 'settings':
      return READING.has(operation) ? 'See how modules, fields and layouts are set up' : null
    case 'users':
      return rest.length === 1 && READING.has(operation) ? 'See who the users are' : null
    case 'org':
      return rest.length === 1 && READING.has(operation) ? 'See the details of the organization' : null
    default:
      return null
  }
}

function recordsMeaning(rest: readonly string[], verb: string | undefined): string | null {
  if (verb === undefined || rest.length > 2) return null
  const [subject] = rest
  if (rest.length === 1) return `${verb} all records and their attachments`
  if (subject === 'attachments') return `${verb} attachments of the records that it may work with`
  return subject === 'custom' ? `${verb} records of custom modules` : `${verb} records of ${subject ?? ''}`
}

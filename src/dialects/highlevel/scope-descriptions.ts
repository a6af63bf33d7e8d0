/** Descriptions of HighLevel's scopes, shown on the consent page. */
import type { ScopeName } from './scopes.ts'

const DESCRIPTIONS: Readonly<Record<ScopeName, string>> = {
  'forms.write': 'Put files into the custom fields of contacts',
  'contacts.readonly': 'See contacts and their files',
  'contacts.write': 'Add, change and delete contacts',
  'locations.readonly': 'See the details of the location',
  'locations/customFields.readonly': 'See the custom fields',
  'locations/customFields.write': 'Add, change and delete custom fields, and upload files to them',
  'oauth.readonly': 'See for which locations of the agency it is allowed',
  'oauth.write': 'Work in every location of the agency',
}

/** Returns null for a scope that has no effect here. */
export function scopeDescription(scope: string): string | null {
  return Object.hasOwn(DESCRIPTIONS, scope) ? DESCRIPTIONS[scope as ScopeName] : null
}

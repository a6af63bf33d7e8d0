import type { Permits } from '../../http/contracts.ts'

/** The scopes of HighLevel's marketplace that routes here require. */
export type ScopeName =
  | 'forms.write'
  | 'contacts.readonly'
  | 'contacts.write'
  | 'locations.readonly'
  | 'locations/customFields.readonly'
  | 'locations/customFields.write'
  | 'oauth.readonly'
  | 'oauth.write'

/** HighLevel's scopes are plain names: writing does not imply reading. */
export function scope(name: ScopeName): Permits {
  return (scopes) => scopes.has(name)
}

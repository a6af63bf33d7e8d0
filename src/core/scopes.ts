/** The closed list: what a native token may be allowed. Writing does not imply reading. */
export const SCOPES = [
  'organizations.read',
  'organizations.write',
  'modules.read',
  'modules.write',
  'records.read',
  'records.write',
  'attachments.read',
  'attachments.write',
  'tokens.read',
  'tokens.write',
  'usage.read',
] as const

import { first } from './0001-first.ts'
import { retries } from './0002-retries.ts'
import { leases } from './0003-leases.ts'
import { accounts } from './0004-accounts.ts'
import { removed } from './0005-removed.ts'
import { permissions } from './0006-permissions.ts'
import { shares } from './0007-shares.ts'
import { duties } from './0008-duties.ts'
import { sharedCounts } from './0009-common-counts.ts'
import { moves } from './0010-moves.ts'
import { profileAllowed } from './0011-profile-allowed.ts'
import { derivation } from './0012-derivation.ts'
import type { Migration } from './migration.ts'

/** In order of version, without a gap; only ever added to. */
export const migrations: readonly Migration[] = [
  first,
  retries,
  leases,
  accounts,
  removed,
  permissions,
  shares,
  duties,
  sharedCounts,
  moves,
  profileAllowed,
  derivation,
]

/** Why a catalog that is being moved, or was, takes no rows. */

/** For the moment in which a move ends. Nothing was kept. */
class CatalogFenced extends Error {
  override readonly name = 'CatalogFenced'
  readonly code = 'CATALOG_FENCED'

  constructor() {
    super('The catalog is being moved to another store and takes nothing new for a moment; try again.')
  }
}

/** For good, unless the move is taken back. Nothing was kept. */
export class CatalogMoved extends Error {
  override readonly name = 'CatalogMoved'
  readonly code = 'CATALOG_MOVED'

  constructor() {
    super(
      'What is kept here was moved to another store, and this one only answers what is read. Start Dossier with the new settings, or give it up with: dossier move --undo.',
    )
  }
}

/** SQLite's triggers can say no more than a text, PostgreSQL's say a code of their own. */
export const FENCED = { text: 'CATALOG_FENCED', code: 'DM001' }
export const MOVED = { text: 'CATALOG_MOVED', code: 'DM002' }

/** What a trigger said, as an error that says more; null when it was something else. */
export function fenceIn(error: unknown): CatalogFenced | CatalogMoved | null {
  if (!(error instanceof Error)) return null
  if (error.message === FENCED.text) return new CatalogFenced()
  return error.message === MOVED.text ? new CatalogMoved() : null
}

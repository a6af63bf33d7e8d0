/** What a catalog knows of a move to other stores that is over. */
export interface MovesCatalog {
  /** Where what was kept here went; null: it is all here. */
  moved(): Promise<Moved | null>
}

export interface Moved {
  /** For people. */
  readonly target: string
  /** Set: the catalog stayed, and only the files went, into this store. */
  readonly store: string | null
  /** Milliseconds. */
  readonly at: number
}

/** The record of a completed move to other stores. */
export interface MovesCatalog {
  /** Where the data was moved; null if it was not moved. */
  moved(): Promise<Moved | null>
}

export interface Moved {
  /** Description for the operator. */
  readonly target: string
  /** If set, only the files were moved, to this store; the catalog stayed. */
  readonly store: string | null
  /** Time of the move, in milliseconds since 1970. */
  readonly at: number
}

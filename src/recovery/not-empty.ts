/** A restored copy is never mixed with existing data. */
export class NotEmpty extends Error {
  override readonly name = 'NotEmpty'

  constructor(what: string, kind: string) {
    super(`${what} is not empty; restore into an empty or a new ${kind}.`)
  }
}

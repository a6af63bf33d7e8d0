/** A commit was under way when the disk or the connection failed: it may have been kept. Told by its code on other threads. */
export class CatalogUncertain extends Error {
  override readonly name = 'CatalogUncertain'
  readonly code = 'CATALOG_UNCERTAIN'
}

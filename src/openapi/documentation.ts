/** The OpenAPI document of all dialects, generated at the first request for it. */
import type { Answer, Dialect } from '../http/contracts.ts'
import { browserFile } from './browser.ts'
import { documentOf } from './document.ts'

const TITLE = 'Dossier'
/** Version of the APIs, not of the program. */
const VERSION = '1'
const DESCRIPTION =
  'The attachment server for CRM records: files and links on records, through the wire of the CRM that a client knows or through Dossier’s own. All of them see the same records and files.'

interface Documentation {
  json(dialect: string | null): string
  file(name: string): Promise<Answer | null>
}

export function createDocumentation(dialects: () => readonly Dialect[]): Documentation {
  const made = new Map<string | null, string>()
  const make = (name: string | null) => {
    const chosen = dialects().filter((dialect) => name === null || dialect.name === name)
    const text = JSON.stringify(documentOf(chosen, { title: TITLE, version: VERSION, description: DESCRIPTION }))
    made.set(name, text)
    return text
  }
  return { json: (dialect) => made.get(dialect) ?? make(dialect), file: browserFile }
}

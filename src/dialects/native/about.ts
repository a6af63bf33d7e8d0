/** The parts of the OpenAPI document that all native routes share. */
import type { DialectAbout } from '../../http/contracts.ts'
import { problem } from './wire.ts'

export const about: DialectAbout = {
  description: [
    "## Dossier's own API",
    'Everything under `/api/v1`. Send `Authorization: Bearer dossier_…`; make a token with `dossier token create --kind native --org <id>`, or with `--operator` for one that works in every organization.',
    'Lists answer `items` and `next`, which goes into `cursor` for the page after it. Refusals are problem documents (RFC 9457) whose `detail` says how to mend the request.',
  ].join('\n\n'),
  security: { type: 'http', scheme: 'bearer', description: 'A token that begins with `dossier_`' },
  refusal: { description: 'A refusal', schema: problem, type: 'application/problem+json' },
  params: {
    organization: 'Id of the organization; `GET /api/v1/me` tells the token’s own',
    module: "The module's API name, such as `Contacts`, whatever its case",
    record: 'Id of the record',
    field: 'Id of the field',
    attachment: 'Id of the attachment',
    token: 'Id of the token, as the list shows it',
    file: "One of the page's files",
  },
}

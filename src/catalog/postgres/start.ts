/** Why a catalog in PostgreSQL cannot be opened, in one sentence that says what to change. */
import { codeOf, told } from './errors.ts'

/** The database says no, and will say so again until somebody changes something. */
export class DatabaseRefused extends Error {
  override readonly name = 'DatabaseRefused'
}

const SETTING = 'databaseUrl (DOSSIER_DATABASE_URL)'

export function startTrouble(error: unknown, url: string): unknown {
  const sentence = sentenceOf(error, new URL(url))
  if (sentence !== null) return new DatabaseRefused(sentence, { cause: error })
  return told(error)
}

/** Null: nothing that a setting would mend. */
function sentenceOf(error: unknown, { hostname, port, username, pathname }: URL): string | null {
  const at = `${hostname}:${port === '' ? '5432' : port}`
  const user = decodeURIComponent(username)
  const database = decodeURIComponent(pathname.slice(1))
  const said = error instanceof Error ? error.message : ''
  switch (codeOf(error)) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host ${hostname} of ${SETTING} is not known here; correct its name, or the name service.`
    case 'ECONNREFUSED':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `PostgreSQL cannot be reached at ${at}: nobody listens there; start it, or correct host and port in ${SETTING}.`
    case '28P01':
      return `PostgreSQL at ${at} does not take the password of user "${user}"; correct it in ${SETTING}.`
    case '28000':
      return `PostgreSQL at ${at} does not let user "${user}" in (${said}); correct ${SETTING} (?sslmode=verify-full turns on TLS), or allow it in pg_hba.conf.`
    case '3D000':
      return `PostgreSQL at ${at} has no database "${database}"; make it (createdb ${database}), or correct its name in ${SETTING}.`
    case '42501':
      return `User "${user}" may not make tables in database "${database}" (${said}); make it the owner of the database, or grant it CREATE on the schema public.`
  }
  if (/does not support SSL/.test(said))
    return `PostgreSQL at ${at} speaks no TLS; turn it on there (ssl = on), or take sslmode out of ${SETTING}.`
  if (/certificate|altnames/i.test(said))
    return `The certificate of PostgreSQL at ${at} is not believed (${said}); name its authority with NODE_EXTRA_CA_CERTS, or correct the host in ${SETTING}.`
  if (/timeout/.test(said))
    return `Nothing answers at ${at}; correct host and port in ${SETTING}, or open the way to it (a firewall may swallow what is sent).`
  return null
}

/** `dossier rm`: attachments go, any number of them. */
import { createInterface } from 'node:readline'
import { textOf, type Options } from '../options.ts'
import { inOrganization } from '../remote/session.ts'
import { Refusal, STATUS } from '../status.ts'
import { createAccount } from './account.ts'
import { filtersOf } from './ls.ts'

const AT_A_TIME = 500

/** Ids that were not there are told, and are an error unless --force. */
export async function rm(ids: readonly string[], options: Options): Promise<number> {
  const isAll = options['all'] === true
  if (isAll === ids.length > 0 || (isAll && textOf(options, 'record') === null))
    throw new Refusal('usage', 'Say what to remove: ids, - to read ids from standard input, or --record <id> --all.')
  // Read to the end before the server is asked for: whoever writes them may need it first.
  const said = await given(ids)
  return inOrganization(options, async ({ attachments }) => {
    const account = createAccount(options)
    let missing = 0
    const listed = attachments.list({ ...filtersOf(options), pageSize: 200 })
    const wanted = isAll ? (await listed.all()).map(({ id }) => id) : said
    for (let from = 0; from < wanted.length; from += AT_A_TIME) {
      for (const { id, outcome } of await attachments.removeAll(wanted.slice(from, from + AT_A_TIME))) {
        account.tell({ outcome, name: '', id })
        if (outcome === 'missing') missing += 1
      }
    }
    const status = account.end()
    return missing > 0 && options['force'] !== true ? STATUS.missing : status
  })
}

async function given(words: readonly string[]): Promise<readonly string[]> {
  const ids: string[] = []
  for (const word of words) {
    if (word !== '-') ids.push(word)
    else
      for await (const line of createInterface({ input: process.stdin })) if (line.trim() !== '') ids.push(line.trim())
  }
  return ids
}

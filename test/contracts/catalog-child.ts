// A process for tests that kill one: `lock <folder>` holds the folder, `attach <folder>` attaches without end and tells what was acknowledged.
import { lockFolder } from '../../src/catalog/sqlite/lock.ts'
import { openSqliteCatalog } from '../../src/catalog/sqlite/open.ts'
import { newCrm, small } from './catalog-crm.ts'

export interface Acknowledged {
  readonly organization: string
  readonly attachment: string
}

const [, , task, folder] = process.argv
if (folder === undefined) throw new Error('Which folder?')

const tell = (message: unknown) => process.send?.(message)

if (task === 'lock') {
  lockFolder(folder)
  tell('locked')
  setInterval(() => {}, 1_000)
}

if (task === 'attach') {
  const crm = await newCrm(await openSqliteCatalog({ folder }))
  const lead = await crm.lead()
  const attachForEver = async () => {
    for (let count = 0; ; count++) {
      const { id } = await crm.put(lead.id, small(`text ${count}`))
      const acknowledged: Acknowledged = { organization: crm.organization, attachment: id }
      tell(acknowledged)
    }
  }
  await Promise.all(Array.from({ length: 16 }, attachForEver))
}

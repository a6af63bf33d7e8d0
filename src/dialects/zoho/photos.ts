import { Fault } from '../../core/model/fault.ts'
import type { DataAction as Action } from '../../core/model/actions.ts'

import type { Answer, Call } from '../../http/contracts.ts'
import { fileOf, noFile, recordOf } from './attachments.ts'
import { mayHavePhoto } from './modules.ts'
import { photoPolicy } from './policy.ts'
import { nothing, zohoJson } from './wire.ts'

export async function uploadPhoto(call: Call): Promise<Answer> {
  const { record } = await recordWithPhoto(call, 'records.change')
  await call.intake(async (intake) => {
    for await (const part of call.parts()) {
      if (part.name !== 'file' || !part.isFile || intake.count > 0) await part.skip()
      else await intake.file(fileOf(part, 'photo'), photoPolicy(call.services.sniff), { role: 'photo' })
    }
    if (intake.count === 0) throw noFile('The form has no part named file.')
    await intake.attach(record.id)
  })
  return zohoJson(200, outcome('photo uploaded successfully'))
}

export async function downloadPhoto(call: Call): Promise<Answer> {
  const { actor, record } = await recordWithPhoto(call, 'records.view')
  const photo = await call.services.attachments.photo(actor, record.id)
  return photo === null
    ? nothing
    : call.send(photo, { type: 'application/x-download;charset=UTF-8', names: 'extended' })
}

export async function removePhoto(call: Call): Promise<Answer> {
  const { actor, record } = await recordWithPhoto(call, 'records.change')
  const photo = await call.services.attachments.photo(actor, record.id)
  if (photo === null) return nothing
  await call.services.attachments.remove(actor, record.id, [photo.id])
  return zohoJson(200, outcome('Photo deleted'))
}

async function recordWithPhoto(call: Call, action: Action): ReturnType<typeof recordOf> {
  const found = await recordOf(call, action)
  if (mayHavePhoto(found.module)) return found
  throw new Fault('not_found', 'module', `Records of the module ${found.module.name} have no photo.`, {
    reason: 'unsupported',
  })
}

/** At top level and not in `data`, because the v2 SDKs read it there. */
function outcome(message: string): object {
  return { message, details: {}, status: 'success', code: 'SUCCESS' }
}

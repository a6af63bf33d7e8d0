/** Files, or one archive of a record's files, into one stream: standard output (`-`) or a file that appears when it is whole. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, renameSync, rmSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { Attachment, Attachments } from '../../client/client.ts'
import { Refusal, STATUS } from '../status.ts'

interface BufferReusingStream {
  readonly attachments: Attachments
  readonly signal: AbortSignal
  /** `-` or a path. */
  readonly output: string | null
}

export async function pourArchive(
  { attachments, signal, output }: BufferReusingStream,
  record: string | null,
): Promise<number> {
  if (record === null) throw new Refusal('usage', '--zip is of a record: say --record <id>.')
  if (output === null) throw new Refusal('usage', 'Say where the archive goes: --output files.zip, or --output - .')
  await into(output, async (write) => {
    for await (const chunk of await attachments.archive(record, { signal })) await write(chunk)
  })
  return STATUS.ok
}

/** One after the other, each verified as it ends. */
export async function pourFiles(
  { attachments, signal, output }: BufferReusingStream,
  wanted: AsyncIterable<Attachment>,
): Promise<number> {
  await into(output ?? '-', async (write) => {
    for await (const { id, name, sha256 } of wanted) {
      const hash = createHash('sha256')
      for await (const chunk of await attachments.download(id, { signal })) {
        hash.update(chunk)
        await write(chunk)
      }
      if (hash.digest('hex') !== sha256) throw new Error(`${name}: what arrived is not what was uploaded`)
    }
  })
  return STATUS.ok
}

type Write = (chunk: Uint8Array) => Promise<void>

async function into(output: string, fill: (write: Write) => Promise<void>): Promise<void> {
  if (output === '-') return fill(writeTo(process.stdout))
  const part = `${output}.${String(process.pid)}.part`
  const file = createWriteStream(part, { flags: 'wx' })
  try {
    await once(file, 'open')
    await fill(writeTo(file))
    file.end()
    await finished(file)
    renameSync(part, output)
  } catch (error) {
    file.destroy()
    rmSync(part, { force: true })
    throw error
  }
}

function writeTo(stream: NodeJS.WritableStream): Write {
  return async (chunk) => {
    if (!stream.write(chunk)) await once(stream, 'drain')
  }
}

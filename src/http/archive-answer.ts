/** Several files as one ZIP, stored uncompressed one after the other, so that its length is known before the first byte. */
import type { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import type { Attachment } from '../core/model/model.ts'
import type { Answer, ArchiveRequest } from './contracts.ts'
import { contentDisposition, FILE_SAFETY } from './file-answer.ts'

type Open = (attachment: Attachment) => Promise<Readable>

export function archiveAnswer({ name, first, files }: ArchiveRequest, open: Open): Answer {
  const zip = new ZipFile()
  const output = zip.outputStream as Readable
  zip.addBuffer(Buffer.from(first.text), first.path, { compress: false })
  let current: Readable | null = null
  const fail = (error: Error) => output.destroy(error)
  zip.on('error', fail)
  output.on('close', () => current?.destroy())
  for (const { path, attachment } of files) {
    const options = { compress: false, size: attachment.size, mtime: new Date(attachment.createdAt) }
    zip.addReadStreamLazy(path, options, (callback) => {
      open(attachment).then((stream) => {
        current = stream
        // yazl handles no errors of the streams it reads; an unhandled one would end the process.
        stream.on('error', fail)
        if (output.destroyed) stream.destroy()
        else callback(null, stream)
      }, fail)
    })
  }
  return {
    status: 200,
    headers: {
      'content-type': 'application/zip',
      'content-length': String(lengthOf(zip, files)),
      'content-disposition': contentDisposition(`${name}.zip`, 'both'),
      ...FILE_SAFETY,
    },
    stream: output,
  }
}

/** Maximum size of an entry of the central directory without its path, in bytes. */
const ENTRY_BYTES = 46 + 9 + 28

/** Ends the list of entries and returns the length of the archive: all sizes are known, so yazl reports it synchronously. */
function lengthOf(zip: ZipFile, files: ArchiveRequest['files']): number {
  const directory = files.reduce((sum, { path }) => sum + ENTRY_BYTES + Buffer.byteLength(path), 1_000)
  let length = -1
  // yazl 3.3.1 computes with the ZIP64 trailer from 65,535 bytes on but writes it from 4 GiB on; forcing it makes both agree.
  zip.end({ forceZip64Format: directory >= 0xffff, comment: '' }, ((total: number) => {
    length = total
  }) as () => void)
  if (length < 0) throw new Error('the length of an archive is not known')
  return length
}

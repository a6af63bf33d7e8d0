/** The inside of the thread that waits for the disk, so that the writer need not. */
import { fdatasyncSync, openSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { thrown, type Thrown } from './thread-messages.ts'

const port = parentPort
if (port === null) throw new Error('This module is the inside of a worker thread.')
const file = workerData as string
let handle: number | null = null

/** Null: done. */
export type Flushed = Thrown | null

port.on('message', () => {
  port.postMessage(flush())
})

function flush(): Flushed {
  try {
    // Not closed: SQLite has this file open as long as the catalog is, and so it stays the same one.
    handle ??= openSync(file, 'r+')
    fdatasyncSync(handle)
    return null
  } catch (error) {
    return thrown(error)
  }
}

/** Where a cluster keeps what it needs to be found again, and how it is spoken to. */
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export interface State {
  /** What is being started; null once everything runs. */
  readonly starting: string | null
  /** Where nginx listens. */
  readonly origin: string
  readonly nodes: readonly { readonly origin: string; readonly pid: number }[]
  readonly databaseUrl: string
  readonly blobsUrl: string
  readonly s3Endpoint: string
  /** Null until everything runs. */
  readonly sample: Sample | null
}

export interface Sample {
  readonly organization: string
  readonly lead: string
  readonly zohoToken: string
}

export type Request = 'status' | 'stop'

export function controlOf(folder: string): string {
  return join(folder, 'control')
}

export function logOf(folder: string): string {
  return join(folder, 'cluster.log')
}

/** Null when no cluster runs there. `stop` is answered when all of it has ended. */
export async function ask(folder: string, request: Request): Promise<State | null> {
  const socket = createConnection(controlOf(folder))
  socket.end(request)
  try {
    return JSON.parse(await text(socket)) as State
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ECONNRESET') return null
    throw error
  }
}

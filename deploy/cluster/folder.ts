/** A cluster's folder, and the control socket in it. */
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export interface State {
  /** The step being started; null when everything runs. */
  readonly starting: string | null
  /** Origin of nginx. */
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

export function controlSocketOf(folder: string): string {
  return join(folder, 'control')
}

export function logOf(folder: string): string {
  return join(folder, 'cluster.log')
}

/** Returns null if no cluster runs there. `stop` resolves when all its processes have ended. */
export async function sendRequest(folder: string, request: Request): Promise<State | null> {
  const socket = createConnection(controlSocketOf(folder))
  socket.end(request)
  try {
    return JSON.parse(await text(socket)) as State
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ECONNRESET') return null
    throw error
  }
}

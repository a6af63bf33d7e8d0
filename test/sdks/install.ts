import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sdks } from '../support/require.ts'

/** Brings the SDKs, once; without a registry they stay away, and their tests say so. */
export async function installSdks(): Promise<void> {
  if (existsSync(join(sdks, 'node_modules', '.package-lock.json'))) return
  await promisify(execFile)('npm', ['ci', '--prefix', sdks], { timeout: 150_000 }).catch(() => undefined)
}

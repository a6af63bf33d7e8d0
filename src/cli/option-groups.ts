import type { Config } from '../config/config.ts'

/** Headings in `--help` and their settings. */
const GROUPS: readonly (readonly [heading: string, keys: readonly (keyof Config)[]])[] = [
  ['Where it is:', ['data', 'host', 'port', 'origin', 'corsOrigins', 'workers']],
  [
    'Where things are kept (PostgreSQL, S3):',
    [
      'databaseUrl',
      'databaseConnections',
      'databaseSeconds',
      'blobsUrl',
      's3Endpoint',
      's3Region',
      's3PathStyle',
      's3Seconds',
      's3Redirect',
    ],
  ],
  ['TLS and proxies:', ['tlsKey', 'tlsCert', 'trustedProxies']],
  ['Log and metrics:', ['logLevel', 'accessLog', 'metrics', 'metricsToken']],
  ['Limits of requests:', ['maxParts', 'drainBytes', 'idleSeconds', 'requestSeconds', 'headersSeconds', 'stopSeconds']],
  ['Clearing up:', ['sweepGraceSeconds', 'sweepIntervalSeconds']],
]

export function groupOf(key: keyof Config): string {
  return GROUPS.find(([, keys]) => keys.includes(key))?.[0] ?? "The CRMs' own rules:"
}

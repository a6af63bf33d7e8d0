/** Combines flags, environment and a file into one frozen Config. The only reader of process.env. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { networksOf, onOff, oneOf, originOf, originsOf, path, text, integer, type Setting } from './setting-kinds.ts'

export interface Config {
  readonly data: string
  readonly host: string
  readonly port: number
  readonly origin: string | null
  readonly corsOrigins: readonly string[]
  readonly trustedProxies: readonly string[]
  readonly databaseUrl: string | null
  readonly databaseConnections: number
  readonly databaseSeconds: number
  readonly blobsUrl: string | null
  readonly s3Endpoint: string | null
  readonly s3Region: string
  readonly s3PathStyle: string
  readonly s3Seconds: number
  readonly s3Redirect: boolean
  readonly logLevel: string
  readonly accessLog: string
  readonly tlsKey: string | null
  readonly tlsCert: string | null
  readonly metrics: boolean
  readonly metricsToken: string | null
  readonly workers: number
  readonly limits: boolean
  readonly zohoTokens: number
  readonly highlevelMax: number
  readonly highlevelDaily: number
  readonly zohoCredits: number
  readonly zohoConcurrency: number
  readonly idleSeconds: number
  readonly requestSeconds: number
  readonly headersSeconds: number
  readonly stopSeconds: number
  readonly sweepGraceSeconds: number
  readonly sweepIntervalSeconds: number
  readonly maxParts: number
  readonly drainBytes: number
}

/** An invalid setting; the message names it and what is expected. */
export class BadSetting extends Error {
  override readonly name = 'BadSetting'
}

export const SETTINGS: { readonly [K in keyof Config]: Setting<Config[K]> } = {
  data: text('folder that holds the catalog and the files', '.dossier/data'),
  host: text('address to listen on', '127.0.0.1'),
  port: integer('port to listen on; 0 takes a free one', 8080, 0, 65_535),
  origin: {
    help: 'public origin for URLs in answers; by default what the request calls this server',
    defaultValue: null,
    parse: originOf,
    expects: 'an origin such as https://files.example.com',
  },
  corsOrigins: {
    help: 'origins of web pages that may call the Zoho API, besides those of registered redirect URIs; separated by commas',
    defaultValue: [],
    parse: originsOf,
    expects: 'origins such as https://app.example.com, separated by commas',
  },
  trustedProxies: {
    help: 'addresses or networks of reverse proxies whose X-Forwarded-* or Forwarded headers are believed; separated by commas',
    defaultValue: [],
    parse: networksOf,
    expects: 'IP addresses or networks such as 127.0.0.1 or 10.0.0.0/8, separated by commas',
  },
  databaseUrl: {
    help: 'PostgreSQL database for the catalog; without one it is SQLite in the data folder',
    defaultValue: null,
    parse: (value) => (/^postgres(ql)?:\/\/[^/]*\/[^/]+$/.test(value) && URL.canParse(value) ? value : undefined),
    expects: 'postgres://user:password@host:port/database',
    isSecret: true,
  },
  databaseConnections: integer('most connections to PostgreSQL of one thread', 10, 2, 1_000),
  databaseSeconds: integer('how long PostgreSQL may be silent before it counts as away', 10, 1, 600),
  blobsUrl: {
    help: 'S3 bucket for the files; without one they lie in the data folder',
    defaultValue: null,
    parse: (value) => (/^s3:\/\/[a-z0-9][a-z0-9.-]{1,62}(\/[\w.\-/]*)?$/.test(value) ? value : undefined),
    expects: 's3://bucket or s3://bucket/prefix',
  },
  s3Endpoint: {
    help: 'address of the S3 service, for one that is not Amazon',
    defaultValue: null,
    parse: originOf,
    expects: 'an origin such as https://s3.example.com',
  },
  s3Region: text('region of the S3 service', 'us-east-1'),
  s3PathStyle: oneOf('whether the bucket is named in the path: auto does so with an s3Endpoint', 'auto', [
    'auto',
    'on',
    'off',
  ]),
  s3Seconds: integer('how long the S3 service may be silent before it counts as away', 15, 1, 600),
  s3Redirect: onOff(
    'whether downloads of the native API and of shares are redirected to the S3 service, for a minute each',
    false,
  ),
  logLevel: oneOf('least level that is logged', 'info', ['debug', 'info', 'warn', 'error', 'silent']),
  accessLog: oneOf('how each answered request is written to the log: json, combined (as Apache does) or off', 'json', [
    'off',
    'json',
    'combined',
  ]),
  tlsKey: path('file with the private key for TLS (PEM); with tlsCert the server speaks HTTPS'),
  tlsCert: path("file with the certificate for TLS (PEM), the server's own first"),
  metrics: onOff('whether it counts what it does, for Prometheus, and shows it at /metrics'),
  metricsToken: {
    help: 'token that /metrics wants (Authorization: Bearer); without one it is shown to this machine alone',
    defaultValue: null,
    parse: (value) => (/^[\x21-\x7e]{8,200}$/.test(value) ? value : undefined),
    expects: '8 to 200 printable characters without spaces',
    isSecret: true,
  },
  workers: integer('threads that serve HTTP', 1, 1, 64),
  limits: onOff('whether rate limits are enforced'),
  zohoTokens: integer('Zoho access tokens that one refresh token gives in 10 minutes', 10, 1, 1_000_000_000),
  highlevelMax: integer('HighLevel requests per client and location in 10 seconds', 10_000, 1, 1_000_000_000),
  highlevelDaily: integer('HighLevel requests per client and location in a day', 100_000_000, 1, 2_000_000_000),
  zohoCredits: integer('Zoho requests per organization in 24 hours; 0 counts none', 0, 0, 2_000_000_000),
  zohoConcurrency: integer('Zoho requests under way per organization and client; 0 counts none', 0, 0, 1_000_000),
  idleSeconds: integer('a sender that is silent for this long is cut off', 60, 1, 3_600),
  requestSeconds: integer('longest time that one request may take to arrive', 1_800, 2, 86_400),
  headersSeconds: integer('longest time that the head of a request may take', 30, 1, 600),
  stopSeconds: integer('how long a stopping server waits for uploads in flight', 30, 0, 3_600),
  sweepGraceSeconds: integer('how old bytes that no row names must be before they are removed', 7_200, 2, 2_592_000),
  sweepIntervalSeconds: integer('how often they are looked for', 3_600, 1, 2_592_000),
  maxParts: integer('most parts in a form', 100, 1, 10_000),
  drainBytes: integer(
    'how much of a refused body is read before the connection is cut',
    268_435_456,
    0,
    1_099_511_627_776,
  ),
}

/** Settings that a running server cannot change; they need a restart. */
export const FIXED: readonly (keyof Config)[] = [
  'data',
  'databaseUrl',
  'databaseConnections',
  'databaseSeconds',
  'blobsUrl',
  's3Endpoint',
  's3Region',
  's3PathStyle',
  's3Seconds',
  's3Redirect',
  'host',
  'port',
  'workers',
  'metrics',
  'sweepGraceSeconds',
  'sweepIntervalSeconds',
]

interface ReloadedConfig {
  readonly config: Config
  readonly changed: readonly (keyof Config)[]
  /** Changed too, but kept at their old values until a restart. */
  readonly fixed: readonly (keyof Config)[]
}

/** Combines reread settings with those that a running server must keep. Throws BadSetting if they contradict each other. */
export function mergeReloaded(current: Config, next: Config): ReloadedConfig {
  const stays = [...FIXED]
  if ((current.tlsKey === null) !== (next.tlsKey === null)) stays.push('tlsKey', 'tlsCert')
  // Calls in flight were not counted when they began, but would be counted when they end.
  if ((current.zohoConcurrency === 0) !== (next.zohoConcurrency === 0)) stays.push('zohoConcurrency')
  const differing = (Object.keys(SETTINGS) as (keyof Config)[]).filter(
    (key) => JSON.stringify(current[key]) !== JSON.stringify(next[key]),
  )
  const kept = Object.fromEntries(stays.map((key) => [key, current[key]]))
  const config: Config = Object.freeze({ ...next, ...kept })
  mustExceedRequestTime(config)
  return {
    config,
    changed: differing.filter((key) => !stays.includes(key)),
    fixed: differing.filter((key) => stays.includes(key)),
  }
}

export type Flags = Readonly<Partial<Record<keyof Config, string>>>

/** `corsOrigins` is DOSSIER_CORS_ORIGINS in the environment, `--cors-origins` as a flag, `corsOrigins` in the file. */
export function envNameOf(key: string): string {
  return `DOSSIER_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}

/** Precedence: flags, environment, file (`--config` or DOSSIER_CONFIG), `defaults`. Throws BadSetting. */
export function readConfig(
  flags: Flags & { readonly config?: string },
  defaults: Partial<Config> = {},
  env: NodeJS.ProcessEnv = process.env,
): Config {
  const file = readFile(flags.config ?? env['DOSSIER_CONFIG'])
  const entries = (Object.keys(SETTINGS) as (keyof Config)[]).map((key) => {
    const found = flags[key] ?? env[envNameOf(key)] ?? file[key]
    return [
      key,
      found === undefined || found === '' ? (defaults[key] ?? SETTINGS[key].defaultValue) : parsed(key, found),
    ]
  })
  const config = Object.fromEntries(entries) as unknown as Config
  mustExceedRequestTime(config)
  if ((config.tlsKey === null) !== (config.tlsCert === null)) {
    const missing = config.tlsKey === null ? 'tlsKey' : 'tlsCert'
    throw new BadSetting(`TLS wants both tlsKey and tlsCert; ${missing} (${envNameOf(missing)}) is not set.`)
  }
  return Object.freeze({ ...config, data: resolve(config.data) })
}

/** Settings of the stores, which a move changes. */
export const STORE_SETTINGS = ['data', 'databaseUrl', 'blobsUrl', 's3Endpoint', 's3Region', 's3PathStyle'] as const

type MoveFlag = `to${Capitalize<(typeof STORE_SETTINGS)[number]>}`

/** `databaseUrl` of the destination is `toDatabaseUrl`: `--to-database-url`, DOSSIER_TO_DATABASE_URL. */
export function moveFlagOf(key: (typeof STORE_SETTINGS)[number]): MoveFlag {
  return `to${key.charAt(0).toUpperCase()}${key.slice(1)}` as MoveFlag
}

/**
 * The settings after a move. Those not given are taken from `from`; but a new data folder takes both the catalog and the
 * files, unless other stores are given for them. Throws BadSetting.
 */
export function readDestination(
  flags: Readonly<Partial<Record<MoveFlag, string>>>,
  from: Config,
  env: NodeJS.ProcessEnv = process.env,
): Config {
  const given = STORE_SETTINGS.flatMap((key) => {
    const value = flags[moveFlagOf(key)] ?? env[envNameOf(moveFlagOf(key))]
    return value === undefined || value === '' ? [] : [[key, parsed(key, value, moveFlagOf(key))] as const]
  })
  const settings: Partial<Config> = Object.fromEntries(given)
  const folder = settings.data === undefined ? {} : { data: resolve(settings.data), databaseUrl: null, blobsUrl: null }
  return Object.freeze({ ...from, ...folder, ...settings, ...(settings.data && { data: resolve(settings.data) }) })
}

function mustExceedRequestTime({ sweepGraceSeconds, requestSeconds }: Config): void {
  if (sweepGraceSeconds > requestSeconds) return
  throw new BadSetting(
    `sweepGraceSeconds (${String(sweepGraceSeconds)}) must be greater than requestSeconds (${String(requestSeconds)}), or bytes of an upload in flight would be swept.`,
  )
}

function parsed<K extends keyof Config>(key: K, value: string, name: string = key): Config[K] {
  const setting: Setting<Config[K]> = SETTINGS[key]
  const result = setting.parse(value)
  if (result === undefined) {
    const found = setting.isSecret === true ? 'something else' : `"${value.slice(0, 80)}"`
    throw new BadSetting(`${name} (${envNameOf(name)}) is ${found}; expected ${setting.expects}.`)
  }
  return result
}

function readFile(path: string | undefined): Readonly<Record<string, string>> {
  if (path === undefined || path === '') return {}
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new BadSetting(
      `The configuration file ${path} cannot be read as JSON: ${error instanceof Error ? error.message : 'unknown error'}.`,
    )
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new BadSetting(`The configuration file ${path} must hold one JSON object.`)
  const unknown = Object.keys(content).find((key) => !Object.hasOwn(SETTINGS, key))
  if (unknown !== undefined)
    throw new BadSetting(
      `The configuration file ${path} names "${unknown}", which is no setting; there are ${Object.keys(SETTINGS).join(', ')}.`,
    )
  return Object.fromEntries(
    Object.entries(content).map(([key, value]) => [key, Array.isArray(value) ? value.join(',') : String(value)]),
  )
}

/** The server that commands connect to, as given by flags and environment. */
export interface ServerSelection {
  readonly server: string | null
  readonly token: string | null
  readonly remote: string | null
  /** Whether a data folder was given, or the stores that a server on this machine would use instead. */
  readonly hasFolder: boolean
  /** Path of the file of saved servers. */
  readonly remotes: string
}

export function readServerSelection(
  flags: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv = process.env,
): ServerSelection {
  const given = (name: string) => {
    const value = flags[name] ?? env[envNameOf(name)]
    return value === undefined || value === '' ? null : value
  }
  const home = env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config')
  return {
    server: given('server'),
    token: given('token'),
    remote: given('remote'),
    hasFolder: given('data') !== null || given('databaseUrl') !== null || given('blobsUrl') !== null,
    remotes: given('remotes') ?? join(home, 'dossier', 'remotes.json'),
  }
}

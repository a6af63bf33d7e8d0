/** Who may import whom in src/; ARCHITECTURE.md shows the same as a table. */

export interface Room {
  /** Rooms it may import, besides itself; a room named here includes the rooms inside it. */
  readonly rooms: readonly string[]
  /** Rooms of which it may import types only. */
  readonly types?: readonly string[]
  readonly packages: readonly string[]
  readonly builtins: readonly string[] | 'any'
}

export const DIALECT = 'dialects/*'

const MODEL_AND_PORTS = ['core/model', 'core/ports']

export const ROOMS: Readonly<Record<string, Room>> = {
  'core/model': { rooms: [], packages: [], builtins: ['node:crypto'] },
  'core/ports': { rooms: ['core/model'], packages: [], builtins: ['node:stream'] },
  'core/limits': { rooms: MODEL_AND_PORTS, packages: [], builtins: ['node:crypto'] },
  'core/access': { rooms: [...MODEL_AND_PORTS, 'core/limits'], packages: [], builtins: ['node:crypto'] },
  'core/files': { rooms: [...MODEL_AND_PORTS, 'core/access'], packages: [], builtins: ['node:crypto', 'node:stream'] },
  'core/crm': { rooms: [...MODEL_AND_PORTS, 'core/access', 'core/files'], packages: [], builtins: ['node:crypto'] },
  'core/integrity': {
    rooms: [...MODEL_AND_PORTS, 'core/files'],
    packages: [],
    builtins: ['node:crypto', 'node:stream'],
  },
  core: {
    rooms: ['core/model', 'core/ports', 'core/limits', 'core/access', 'core/files', 'core/crm', 'core/integrity'],
    packages: [],
    builtins: [],
  },
  blobs: { rooms: ['core'], packages: ['@aws-sdk/client-s3', '@smithy/signature-v4'], builtins: 'any' },
  catalog: { rooms: ['core'], packages: ['better-sqlite3', 'kysely', 'pg'], builtins: 'any' },
  http: { rooms: ['core'], packages: ['find-my-way', 'yazl', 'zod'], builtins: 'any' },
  pages: { rooms: ['core'], types: ['http'], packages: [], builtins: ['node:crypto'] },
  [DIALECT]: { rooms: ['core', 'pages'], types: ['http'], packages: ['zod'], builtins: [] },
  openapi: { rooms: [], types: ['http'], packages: ['zod'], builtins: ['node:fs', 'node:fs/promises', 'node:url'] },
  'dialects/index.ts': { rooms: ['core', 'openapi', DIALECT], types: ['http'], packages: [], builtins: [] },
  telemetry: { rooms: ['core'], types: ['http'], packages: ['prom-client', '@opentelemetry/api'], builtins: 'any' },
  recovery: { rooms: ['core', 'blobs', 'catalog', 'config', 'server'], packages: [], builtins: 'any' },
  client: { rooms: [], types: ['dialects/native'], packages: [], builtins: [] },
  cli: { rooms: ['client', 'config', 'core', 'recovery', 'server'], packages: ['commander'], builtins: 'any' },
  config: { rooms: [], packages: [], builtins: 'any' },
  server: {
    rooms: ['core', 'blobs', 'catalog', 'http', 'telemetry', 'dialects/index.ts', 'config'],
    packages: ['pino', '@node-rs/argon2', 'file-type'],
    builtins: 'any',
  },
  'main.ts': { rooms: ['cli'], packages: [], builtins: [] },
}

/** The table of ARCHITECTURE.md. */
export function tableOfRooms(): string {
  const rows = Object.entries(ROOMS).map(([name, room]) => `| ${shown(name)} | ${contentsOf(room)} |`)
  return ['| room | may import, besides itself |', '| --- | --- |', ...rows].join('\n')
}

function contentsOf({ rooms, types = [], packages, builtins }: Room): string {
  const modules = builtins === 'any' ? ['any module of Node'] : builtins
  const all = [...rooms.map(shown), ...types.map((room) => `types of ${shown(room)}`), ...packages, ...modules]
  return all.length === 0 ? 'nothing' : all.join(', ')
}

function shown(room: string): string {
  return room.endsWith('.ts') ? `\`${room}\`` : `\`${room}/\``
}

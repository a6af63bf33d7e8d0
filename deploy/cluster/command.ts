/** `npm run cluster`: three nodes behind nginx on this machine, for trials; stopping deletes all data. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, openSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { sendRequest, logOf, type State } from './folder.ts'

const HELP = `Usage: npm run cluster [-- start|stop|status] [options]

Three Dossier nodes behind nginx, on one PostgreSQL and one Ceph gateway, all on this machine. It runs in the
background until it is stopped (npm run cluster:stop); then everything in it is gone, for Ceph keeps it in memory.
It needs Debian's packages postgresql, radosgw, ceph-mon, ceph-osd, ceph-common and nginx-light.

  --port <number>    where nginx listens; the nodes take the next three ports (default: 8080)
  --folder <folder>  logs, and how it is found again (default: .dossier/cluster)
  --json             print JSON
`

const { values, positionals } = parseOrExit()
const folder = resolve(values.folder)

function parseOrExit() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        port: { type: 'string', default: '8080' },
        folder: { type: 'string', default: join('.dossier', 'cluster') },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    return exitWith(error instanceof Error ? error.message : String(error), 2)
  }
}

function exitWith(sentence: string, status: number): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(status)
}

async function start(): Promise<void> {
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 1 || port > 65_532)
    exitWith(`--port ${values.port} is no port with three after it.`, 2)
  if ((await sendRequest(folder, 'status')) !== null)
    exitWith('A cluster runs here already; npm run cluster:stop ends it.', 1)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const log = openSync(logOf(folder), 'w')
  const supervisor = join(import.meta.dirname, 'supervisor.ts')
  const child = spawn(process.execPath, [supervisor, folder, String(port)], {
    stdio: ['ignore', log, log],
    detached: true,
  })
  const gone = once(child, 'exit')
  const state = await Promise.race([whenRunning(), gone.then(() => null)])
  if (state === null) exitWith(`The cluster did not start:\n${readFileSync(logOf(folder), 'utf8').trim()}`, 1)
  child.unref()
  printState(state)
}

/** Prints each step of the start; resolves when everything runs. */
async function whenRunning(): Promise<State> {
  let shown: string | null = null
  for (;;) {
    const state = await sendRequest(folder, 'status')
    if (state?.sample != null && state.starting === null) return state
    const now = state?.starting ?? null
    if (now !== null && now !== shown && !values.json) process.stderr.write(`starting ${now}\n`)
    shown = now
    await wait(100)
  }
}

async function status(): Promise<void> {
  const state = await sendRequest(folder, 'status')
  if (state === null) exitWith(`No cluster runs here (${folder}); npm run cluster starts one.`, 3)
  printState(state)
}

async function stop(): Promise<void> {
  const state = await sendRequest(folder, 'stop')
  if (state === null) exitWith(`No cluster runs here (${folder}).`, 3)
  process.stdout.write(values.json ? '{"stopped":true}\n' : 'The cluster is stopped, and what it kept is gone.\n')
}

function printState(state: State): void {
  if (values.json) return void process.stdout.write(`${JSON.stringify(state)}\n`)
  const { origin, nodes, sample } = state
  const lines = [
    `nginx       ${origin}`,
    ...nodes.map((node, index) => `node ${String(index + 1)}      ${node.origin}   process ${String(node.pid)}`),
    `PostgreSQL  ${state.databaseUrl}`,
    `S3          ${state.blobsUrl} at ${state.s3Endpoint}`,
    `logs        ${folder}`,
  ]
  const more = sample === null ? [`starting ${String(state.starting)}`] : exampleLines(origin, sample)
  process.stdout.write(`${[...lines, ...more].join('\n')}\n`)
}

function exampleLines(origin: string, { lead, zohoToken }: NonNullable<State['sample']>): string[] {
  const url = `${origin}/crm/v2/Leads/${lead}/Attachments`
  const authorization = `-H 'Authorization: Zoho-oauthtoken ${zohoToken}'`
  return [
    '',
    'Upload a file and list it; then kill -9 a node and do it again: it is back a second later.',
    `  curl -F file=@README.md ${authorization} ${url}`,
    `  curl ${authorization} ${url}`,
    'npm run cluster:stop ends all of it.',
  ]
}

const commands = { start, stop, status }
const [name = 'start', ...rest] = positionals
if (values.help) process.stdout.write(HELP)
else if (rest.length > 0 || !(name in commands)) exitWith(`There is no "${positionals.join(' ')}".\n\n${HELP}`, 2)
else await commands[name as keyof typeof commands]()

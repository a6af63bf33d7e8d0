// What deploy/ says of the package is done word for word, in a folder in place of the machine's own: no engine for
// containers is needed to see that the files are there and the server starts.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from '../../../../engines/ports.ts'
import { root } from '../../support/server.ts'

const run = promisify(execFile)
const container = readFileSync(join(root, 'deploy', 'Containerfile'), 'utf8')
const unit = readFileSync(join(root, 'deploy', 'dossier.service'), 'utf8')

/** `project` holds the packed package; the machine is a folder in it. */
export function testDeployment(project: string): void {
  describe('deployed', () => {
    deployed(project)
  })
}

function deployed(project: string): void {
  const machine = join(project, 'machine')
  const here = (text: string) => text.replaceAll(/(?<![\w.:])\/(?=(opt|var|tmp)\/)/g, `${machine}/`)
  const instructions = (name: string) =>
    container.split('\n').flatMap((line) => (line.startsWith(`${name} `) ? [here(line.slice(name.length + 1))] : []))
  const words = (name: string) => JSON.parse(instructions(name)[0] ?? '') as string[]

  before(async () => {
    mkdirSync(join(machine, 'tmp'), { recursive: true })
    const [copied, into] = (instructions('COPY')[0] ?? '').split(' ')
    const steps = [
      `cp ${String(copied)} ${String(into)}`,
      ...instructions('RUN').map((line) => line.replace(/ && chown .*/, '')),
    ]
    for (const step of steps) await run('sh', ['-ec', step], { cwd: project, timeout: 120_000 })
  })

  test('the container file: its steps, its server, its health check, its end', async () => {
    const settings = settingsIn(instructions('ENV')[0] ?? '')
    const env = { ...process.env, ...settings, DOSSIER_HOST: '127.0.0.1', DOSSIER_PORT: String(await freePort()) }
    const [, ...healthCheck] = JSON.parse((instructions('HEALTHCHECK')[0] ?? '').replace('CMD ', '')) as string[]
    const isHealthy = () =>
      run(process.execPath, healthCheck, { env }).then(
        () => true,
        () => false,
      )
    assert.equal(await isHealthy(), false)
    const [, launcher = ''] = words('ENTRYPOINT')
    await whileRunning([process.execPath, launcher, ...words('CMD')], env, async () => {
      for (let tries = 0; !(await isHealthy()); tries++) assert.ok(tries < 50, 'it is not healthy')
    })
  })

  test('the systemd unit: its program, with its environment', async () => {
    const setting = (name: string) => here(new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '')
    const port = String(await freePort())
    const settings = settingsIn(setting('Environment'))
    await whileRunning(
      setting('ExecStart').split(' '),
      { ...process.env, ...settings, DOSSIER_PORT: port },
      async () => {
        const answers = () =>
          fetch(`http://127.0.0.1:${port}/api/v1/ready`).then(
            ({ ok }) => ok,
            () => false,
          )
        for (let tries = 0; !(await answers()); tries++) {
          assert.ok(tries < 200, 'it does not answer')
          await wait(50)
        }
      },
    )
  })
}

/** `A=1 B=2`. */
function settingsIn(text: string): NodeJS.ProcessEnv {
  return Object.fromEntries([...text.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value]) => [name, value]))
}

/** It must end in order when it is told to. */
async function whileRunning(command: string[], env: NodeJS.ProcessEnv, work: () => Promise<void>): Promise<void> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const gone = once(child, 'exit')
  try {
    await work()
  } finally {
    child.kill('SIGTERM')
    assert.deepEqual(await gone, [0, null])
  }
}

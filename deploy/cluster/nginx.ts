/** nginx with the shipped configuration, on the ports of this cluster. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

export const NGINX = '/usr/sbin/nginx'

/** Port of nginx in `deploy/nginx.conf`; the nodes use the ports after it. */
const SHIPPED_PORT = 8080

export async function startNginx(folder: string, port: number): Promise<{ readonly stop: () => Promise<void> }> {
  if (!existsSync(NGINX)) throw new Error('nginx is not installed; Debian calls the package nginx-light.')
  const shipped = readFileSync(join(import.meta.dirname, '..', 'nginx.conf'), 'utf8')
  const server = shipped.replaceAll(
    /127\.0\.0\.1:(808\d)/g,
    (_, found) => `127.0.0.1:${String(port + Number(found) - SHIPPED_PORT)}`,
  )
  const file = join(folder, 'nginx.conf')
  mkdirSync(join(folder, 'nginx'), { recursive: true })
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/nginx/${name};`,
  )
  writeFileSync(
    file,
    `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log; worker_processes 1;
events { worker_connections 4096; }
http { access_log off; ${paths.join(' ')}
${server}}
`,
  )
  const child = spawn(NGINX, ['-p', folder, '-c', file], { stdio: 'ignore' })
  for (let tries = 0; !(await isListening(port)); tries++) {
    if (child.exitCode !== null || tries > 200) throw new Error(`nginx did not start; ${folder}/nginx.log says why.`)
    await wait(25)
  }
  return {
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      // SIGQUIT lets answers in progress finish.
      child.kill('SIGQUIT')
      await Promise.race([gone, wait(5_000)])
      child.kill('SIGKILL')
    },
  }
}

async function isListening(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${String(port)}/api/v1/health`).then(
    () => true,
    () => false,
  )
}

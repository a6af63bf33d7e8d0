// nginx: WebDAV PUT of raw bytes, and static files. Arguments: folder.
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

const [folder] = process.argv.slice(2)
const port = await freePort()
mkdirSync(join(folder, 'files'), { recursive: true, mode: 0o777 })
mkdirSync(join(folder, 'body'), { recursive: true, mode: 0o777 })
writeFileSync(
  join(folder, 'nginx.conf'),
  `daemon off; worker_processes auto; pid ${folder}/nginx.pid; error_log ${folder}/error.log; user root;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; keepalive_requests 1000000; client_max_body_size 200m; client_body_temp_path ${folder}/body;
  types { } default_type application/octet-stream;
  server { listen 127.0.0.1:${port}; root ${folder}/files; location / { dav_methods PUT; create_full_put_path on; } }
}
`,
)
const child = spawn('nginx', ['-c', join(folder, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'inherit'] })
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', () => process.exit())
setTimeout(() => console.log(port), 300)

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

import { once } from 'node:events'
import { createServer } from 'node:net'

/** Returns a free port below the range of outgoing connections. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const probe = createServer().listen(port, '127.0.0.1')
    const [name] = await Promise.race([
      once(probe, 'listening').then(() => ['free']),
      once(probe, 'error').then(() => ['taken']),
    ])
    if (name === 'free') {
      probe.close()
      await once(probe, 'close')
      return port
    }
  }
}

/**
 * Slow senders, run as a separate process: each sends the beginning of a form, and then 1 KiB per second until the
 * process is killed. Argument: `senders` and a plan's request as JSON. Prints `ready` when all are connected.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { openConnection } from './connection.ts'
import { numbered, type Plan } from './plan.ts'

const CHUNK = Buffer.alloc(1_024, 'x')
const INTERVAL_MS = 1_000

type Options = Pick<Plan, 'port' | 'head' | 'prefix'> & { readonly senders: number }

const { port, head, prefix, senders } = JSON.parse(process.argv[2] ?? '{}') as Options
const sockets = []
for (let number = 0; number < senders; number++) {
  const { socket } = await openConnection(port, 4_096)
  socket.write(numbered(head + prefix, number))
  sockets.push(socket)
}
process.stdout.write('ready\n')
for (;;) {
  // Spread over the second: a thousand writes at once would act as one large sender.
  for (const [index, socket] of sockets.entries()) {
    socket.write(CHUNK)
    if (index % 10 === 9) await wait((INTERVAL_MS * 10) / senders)
  }
}

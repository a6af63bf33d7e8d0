/**
 * Load generator, run as a separate process: keep-alive connections that each send a prepared request, read its answer
 * to the end and send the next. Argument: a plan as JSON. Prints one line with the results as JSON.
 */
import { openConnection, type Connection } from './connection.ts'
import { numbered, type Plan, type Result } from './plan.ts'

/** Maximum unsent bytes per socket; large enough that the generator is not the bottleneck. */
const MAX_UNSENT = 4_194_304

if (process.argv[2] !== undefined)
  process.stdout.write(`${JSON.stringify(await load(JSON.parse(process.argv[2]) as Plan))}\n`)

async function load(plan: Plan): Promise<Result> {
  const times: number[] = []
  let refused = 0
  let sent = 0
  const content = Buffer.alloc(Math.min(plan.size, 1_048_576))
  for (let at = 0; at < content.length; at += 4) content.writeUInt32LE((at * 2654435761) >>> 0, at)
  const began = performance.now()
  const until = began + plan.seconds * 1000
  const runConnection = async () => {
    const connection = await openConnection(plan.port)
    while (sent < plan.requests && performance.now() < until) {
      const number = (plan.first ?? 0) + sent++
      const start = performance.now()
      const status = await exchange(connection, plan, content, number)
      times.push(performance.now() - start)
      if (status < 200 || status > 299) refused++
    }
    connection.socket.destroy()
  }
  await Promise.all(Array.from({ length: plan.connections }, runConnection))
  const seconds = (performance.now() - began) / 1000
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return { answers: times.length, refused, seconds, p50: at(0.5), p99: at(0.99) }
}

async function exchange(connection: Connection, plan: Plan, filling: Buffer, number: number): Promise<number> {
  const head = numbered(plan.head + plan.prefix, number)
  const done = connection.answer()
  if (plan.size <= 65_536) {
    connection.socket.write(
      plan.size === 0
        ? head + plan.suffix
        : Buffer.concat([
            Buffer.from(head),
            makeUnique(filling.subarray(0, plan.size), number),
            Buffer.from(plan.suffix),
          ]),
    )
    return done
  }
  const { socket } = connection
  socket.write(head)
  socket.write(makeUnique(Buffer.from(filling.subarray(0, 65_536)), number))
  for (let left = plan.size - 65_536; left > 0; left -= filling.length) {
    socket.write(left >= filling.length ? filling : filling.subarray(0, left))
    if (socket.writableLength > MAX_UNSENT) await new Promise((resolve) => socket.once('drain', resolve))
  }
  socket.write(plan.suffix)
  return done
}

/** All files differ, so that deduplication saves no work. */
function makeUnique(bytes: Buffer, number: number): Buffer {
  if (bytes.length >= 8) {
    bytes.writeUInt32LE(number >>> 0, 0)
    bytes.writeUInt32LE(process.pid, 4)
  }
  return bytes
}

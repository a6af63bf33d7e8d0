/**
 * The load of one measurement, as a process of its own: keep-alive connections that each send a ready-made request,
 * read its answer to the end and send the next. Arguments: a JSON plan. Prints one JSON line of results.
 */
import { connect, type Socket } from 'node:net'
import { numbered, type Plan, type Result } from './plan.ts'

if (process.argv[2] !== undefined)
  process.stdout.write(`${JSON.stringify(await load(JSON.parse(process.argv[2]) as Plan))}\n`)

async function load(plan: Plan): Promise<Result> {
  const times: number[] = []
  let refused = 0
  let sent = 0
  const began = performance.now()
  const until = began + plan.seconds * 1000
  const filling = Buffer.alloc(Math.min(plan.size, 1_048_576))
  for (let at = 0; at < filling.length; at += 4) filling.writeUInt32LE((at * 2654435761) >>> 0, at)
  const line = async () => {
    const connection = await openConnection(plan.port)
    while (sent < plan.requests && performance.now() < until) {
      const number = sent++
      const start = performance.now()
      const status = await exchange(connection, plan, filling, number)
      times.push(performance.now() - start)
      if (status < 200 || status > 299) refused++
    }
    connection.socket.destroy()
  }
  await Promise.all(Array.from({ length: plan.connections }, line))
  const seconds = (performance.now() - began) / 1000
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return { answers: times.length, refused, seconds, p50: at(0.5), p99: at(0.99) }
}

interface Connection {
  readonly socket: Socket
  /** Waits for one whole answer; gives its status. */
  answer(): Promise<number>
}

function openConnection(port: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.setNoDelay(true)
    socket.once('error', reject)
    socket.once('connect', () => {
      resolve({ socket, answer: answersOf(socket) })
    })
  })
}

/** Reads heads and skips bodies; only Content-Length answers are expected of a server under load. */
function answersOf(socket: Socket): () => Promise<number> {
  let head = ''
  let left = 0
  let status = 0
  let settle: ((status: number) => void) | null = null
  socket.on('data', (chunk) => {
    let at = 0
    while (at < chunk.length) {
      if (left > 0) {
        const step = Math.min(left, chunk.length - at)
        left -= step
        at += step
      } else {
        head += chunk.toString('latin1', at)
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) return
        at = chunk.length - (head.length - end - 4)
        status = Number(head.slice(9, 12))
        left = Number(/\r\ncontent-length: *(\d+)/i.exec(head.slice(0, end + 2))?.[1] ?? 0)
        head = ''
        if (status === 100) continue
      }
      if (left === 0) {
        settle?.(status)
        settle = null
      }
    }
  })
  return () => new Promise((resolve) => (settle = resolve))
}

async function exchange(connection: Connection, plan: Plan, filling: Buffer, number: number): Promise<number> {
  const head = numbered(plan.head + plan.prefix, number)
  const done = connection.answer()
  if (plan.size <= 65_536) {
    connection.socket.write(
      Buffer.concat([Buffer.from(head), unlike(filling.subarray(0, plan.size), number), Buffer.from(plan.suffix)]),
    )
    return done
  }
  connection.socket.write(head)
  for (let left = plan.size; left > 0; left -= filling.length) {
    const chunk = left >= filling.length ? filling : filling.subarray(0, left)
    if (!connection.socket.write(chunk)) await new Promise((resolve) => connection.socket.once('drain', resolve))
  }
  connection.socket.write(plan.suffix)
  return done
}

/** No two files are alike, so that nobody saves work by keeping identical bytes once. */
function unlike(bytes: Buffer, number: number): Buffer {
  if (bytes.length >= 8) {
    bytes.writeUInt32LE(number >>> 0, 0)
    bytes.writeUInt32LE(process.pid, 4)
  }
  return bytes
}

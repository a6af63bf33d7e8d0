// Fastify with @fastify/multipart, streamed to disk as its README shows it. Arguments: folder.
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import multipart from '@fastify/multipart'
import Fastify from 'fastify'

const app = Fastify()
app.register(multipart, { limits: { fileSize: 200_000_000 } })
app.post('/upload', async (request) => {
  const data = await request.file()
  const name = randomUUID()
  await pipeline(data.file, createWriteStream(join(process.argv[2], name)))
  return { name }
})
await app.listen({ port: 0, host: '127.0.0.1' })
console.log(app.server.address().port)

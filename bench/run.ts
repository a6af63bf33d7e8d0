/** `npm run bench [-- memory|small|large]`: the measured claims. Exits with 1 when one does not hold. */
import { measureMemory } from './memory.ts'
import { measureUploads } from './uploads.ts'

const MEGABYTES_100 = 100 * 1_048_576

const BENCHES: Readonly<Record<string, () => Promise<boolean>>> = {
  memory: () => measureMemory(),
  small: () =>
    measureUploads({
      title: '10 KB files, 32 connections',
      size: 10_240,
      connections: 32,
      requests: 8_000,
      rounds: 5,
      unit: 'uploads/s',
      reach: { multer: 5, fastify: 3, nginx: 0.5 },
    }),
  large: async () => {
    const one = {
      title: 'One 100 MB file',
      size: MEGABYTES_100,
      connections: 1,
      requests: 1,
      rounds: 5,
      unit: 'MB/s',
      reach: { multer: 1.3 },
    } as const
    const four = { ...one, title: 'Four 100 MB files at once', connections: 4, requests: 4 } as const
    const holds = await measureUploads(one)
    return (await measureUploads(four)) && holds
  },
}

const chosen = process.argv.slice(2)
const unknown = chosen.find((name) => !Object.hasOwn(BENCHES, name))
if (unknown !== undefined) {
  process.stderr.write(`There is no bench "${unknown}"; there are ${Object.keys(BENCHES).join(', ')}.\n`)
  process.exit(2)
}
let holds = true
for (const [name, bench] of Object.entries(BENCHES)) {
  if (chosen.length === 0 || chosen.includes(name)) holds = (await bench()) && holds
}
process.exitCode = holds ? 0 : 1

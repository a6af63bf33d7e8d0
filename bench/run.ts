/** `npm run bench [-- memory]`: the measured claims. Exits with 1 when one does not hold. */
import { measureMemory } from './memory.ts'

const BENCHES: Readonly<Record<string, () => Promise<boolean>>> = {
  memory: () => measureMemory(),
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

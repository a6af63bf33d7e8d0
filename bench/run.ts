/** `npm run bench [-- <name> ...]`: runs benchmarks beside their peers. Exits with 1 if a target is missed. */
import { BENCHMARKS } from './benches.ts'

const USAGE = `Usage: npm run bench [-- <name> ...]

Measures Dossier beside its peers, in turn, each in a process of its own, and prints medians and ratios.
Without a name all but the longest are run, one after the other (about ten minutes). Exits with 1 when a figure is not reached.

${Object.entries(BENCHMARKS)
  .map(([name, { help }]) => `  ${name.padEnd(10)}${help}`)
  .join('\n')}
`

const chosen = process.argv.slice(2)
if (chosen.includes('--help') || chosen.includes('-h')) {
  process.stdout.write(USAGE)
  process.exit(0)
}
const unknown = chosen.find((name) => !Object.hasOwn(BENCHMARKS, name))
if (unknown !== undefined) {
  process.stderr.write(`There is no bench "${unknown}"; there are ${Object.keys(BENCHMARKS).join(', ')}.\n`)
  process.exit(2)
}
let holds = true
for (const [name, bench] of Object.entries(BENCHMARKS)) {
  if (chosen.length === 0 ? bench.onlyNamed !== true : chosen.includes(name)) holds = (await bench.run()) && holds
}
process.exitCode = holds ? 0 : 1

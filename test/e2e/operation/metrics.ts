/** What /metrics says, by series as written there. */
import assert from 'node:assert/strict'

export type Metrics = ReadonlyMap<string, number>

export async function scrape(origin: string, headers: Record<string, string> = {}): Promise<Metrics> {
  const response = await fetch(`${origin}/metrics`, { headers })
  const text = await response.text()
  assert.equal(response.status, 200, text)
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
  return metricsIn(text)
}

export function metricsIn(text: string): Metrics {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const cut = line.lastIndexOf(' ')
      return [line.slice(0, cut), Number(line.slice(cut + 1))]
    }),
  )
}

/** The sum of a name's series that have these labels. */
export function sumOf(metrics: Metrics, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`)
  return [...metrics]
    .filter(([series]) => series.split('{')[0] === name && wanted.every((label) => series.includes(label)))
    .reduce((sum, [, value]) => sum + value, 0)
}

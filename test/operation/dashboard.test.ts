/** Every query of the Grafana dashboard names metrics and labels that the server shows. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { writerLayout } from '../../src/catalog/sqlite/writer-metrics.ts'
import { readConfig } from '../../src/config/config.ts'
import { createRateLimiter } from '../../src/core/limits/rate-limiter.ts'
import { createDialects } from '../../src/dialects/index.ts'
import { newBuffers, openMetrics } from '../../src/telemetry/metrics.ts'
import { metricsIn } from '../e2e/operation/metrics.ts'
import type { Dialect, IncomingHead, Route } from '../../src/http/contracts.ts'

interface Panel {
  readonly type: string
  readonly title: string
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
}

const dashboard = JSON.parse(readFileSync(new URL('../../deploy/grafana-dashboard.json', import.meta.url), 'utf8')) as {
  panels: readonly Panel[]
}

/** What is shown once every kind of thing has happened. */
async function shown(): Promise<string> {
  const settings = readConfig({}, {}, {})
  const dialects = createDialects(() => settings, createRateLimiter())
  const buffers = newBuffers(dialects, 2)
  const others = [{ families: writerLayout.families, buffers: [writerLayout.newBuffer()] }]
  const counting = openMetrics({ dialects, buffers, thread: 0, others, waiting: () => 0, expiresAt: () => Date.now() })
  for (const dialect of dialects)
    for (const route of dialect.routes) counting.metrics.answered(passage(dialect, route), 200, true, 2)
  const text = await counting.text()
  counting.stop()
  return text
}

function passage(dialect: Dialect, route: Route) {
  const intake = { receivedAt: 1, committedAt: 2, attached: 1, bytes: 1 }
  const state = { caller: null, route, headers: {}, counted: false, fault: null, admittedAt: 1, intake }
  return { head: {} as IncomingHead, endpoint: { dialect }, state, socket: null, beganAt: 0 }
}

const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({ title, expr, legendFormat })),
)

test('every query names what is shown, by labels that it has', async () => {
  const series = [...metricsIn(await shown()).keys()]
  assert.ok(queries.length > 30)
  for (const { title, expr, legendFormat } of queries) {
    const names = expr.match(/\b(?:dossier|process)_[a-z_]+/g) ?? []
    assert.ok(names.length > 0, `${title}: ${expr}`)
    for (const name of names) {
      const own = series.filter((one) => one.split('{')[0] === name)
      assert.ok(own.length > 0, `${title} asks for ${name}, which is not shown`)
      const selectors = new RegExp(`${name}\\{([^}]*)\\}`).exec(expr)?.[1] ?? ''
      const wanted = [...selectors.matchAll(/(\w+)(=~?)"([^"]*)"/g)].filter(([, label]) => label !== 'instance')
      for (const [, label = '', , value = ''] of wanted)
        assert.ok(
          own.some((one) => value.split('|').some((word) => one.includes(`${label}="${word}"`))),
          `${title}: nothing of ${name} has ${label}="${value}"`,
        )
    }
    const labels = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)
    for (const label of labels) assert.match(expr, new RegExp(`by \\([^)]*\\b${label}\\b`), `${title}: ${label}`)
  }
})

test('everything of Dossier’s own that is shown has its place on the dashboard', async () => {
  const named = queries.map(({ expr }) => expr).join(' ')
  const families = (await shown()).match(/^# TYPE dossier_\w+/gm) ?? []
  assert.ok(families.length > 20)
  for (const line of families) assert.ok(named.includes(line.replace('# TYPE ', '')), `${line} is on no panel`)
})

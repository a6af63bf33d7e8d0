import type { Spans } from './spans.ts'

/** The global under which any copy of OpenTelemetry's API stores what an SDK has registered. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1')

/** Null: no SDK is registered; then the API is not loaded. */
export async function openSpans(): Promise<Spans | null> {
  return REGISTERED in globalThis ? (await import('./spans.ts')).createSpans() : null
}

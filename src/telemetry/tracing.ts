import type { Spans } from './spans.ts'

/** Where OpenTelemetry's API, whichever copy of it, keeps what an SDK has registered. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1')

/** Null: no SDK is registered. Then its API is not even loaded. */
export async function openSpans(): Promise<Spans | null> {
  return REGISTERED in globalThis ? (await import('./spans.ts')).createSpans() : null
}

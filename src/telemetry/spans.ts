/**
 * Spans through the OpenTelemetry API; the SDK that the operator has registered processes them. Without one no span is
 * created.
 */
import {
  context,
  propagation,
  ProxyTracerProvider,
  SpanKind,
  SpanStatusCode,
  trace,
  type HrTime,
  type Span,
  type Tracer,
} from '@opentelemetry/api'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { ObservedRequest } from '../http/observer.ts'
import { version } from './build.ts'

export interface Spans {
  /** Runs the work in a new span for the request, a child of the one in its `traceparent`. */
  wrap(request: IncomingMessage, work: () => void): void
  answered(observed: ObservedRequest, status: number, isComplete: boolean, endedAt: number): void
  /** Ends the span of a request that was not answered. */
  ended(observed: ObservedRequest): void
}

/** A request's span, and the conversion of `performance.now()` to its clock. */
interface Open {
  readonly span: Span
  readonly at: (time: number) => HrTime
}

/** Null: no SDK is registered. */
export function createSpans(): Spans | null {
  const tracer = registeredTracer()
  if (tracer === null) return null
  // The headers are the only object that a request and its head share.
  const open = new WeakMap<IncomingHttpHeaders, Open>()
  const end = ({ head }: ObservedRequest, endedAt: number, finish: (entry: Open) => void) => {
    const entry = open.get(head.headers)
    if (entry === undefined) return
    open.delete(head.headers)
    finish(entry)
    entry.span.end(entry.at(endedAt))
  }
  return {
    wrap(request, work) {
      const outer = propagation.extract(context.active(), request.headers)
      const at = clock()
      const options = { kind: SpanKind.SERVER, startTime: at(performance.now()) }
      const span = tracer.startSpan(request.method ?? 'GET', options, outer)
      open.set(request.headers, { span, at })
      context.with(trace.setSpan(outer, span), work)
    },
    answered(observed, status, isComplete, endedAt) {
      end(observed, endedAt, (entry) => {
        if (!entry.span.isRecording()) return
        describe(entry.span, observed, status, isComplete)
        addPhases(tracer, entry, observed)
      })
    },
    ended(observed) {
      end(observed, performance.now(), ({ span }) => {
        span.setStatus({ code: SpanStatusCode.ERROR, message: 'not answered' })
      })
    },
  }
}

/** One clock for all spans of a request: an SDK's wall clock has milliseconds, and phases could begin before the request. */
function clock(): (time: number) => HrTime {
  const offset = Date.now() - performance.now()
  return (time) => {
    const milliseconds = offset + time
    const seconds = Math.floor(milliseconds / 1000)
    return [seconds, Math.round((milliseconds - seconds * 1000) * 1e6)]
  }
}

/** Without a registered SDK the API returns a tracer that does nothing; this detects that. */
function registeredTracer(): Tracer | null {
  const provider = trace.getTracerProvider()
  if (provider instanceof ProxyTracerProvider) return provider.getDelegateTracer('dossier', version()) ?? null
  return provider.getTracer('dossier', version())
}

/** Names of the semantic conventions for HTTP servers, 1.23 and later. No path: it may contain the id of an open document. */
function describe(span: Span, { head, endpoint, state }: ObservedRequest, status: number, isComplete: boolean): void {
  if (state.route !== null) span.updateName(`${head.method} ${state.route.path}`)
  span.setAttributes({
    'http.request.method': head.method,
    'http.response.status_code': status,
    'url.scheme': head.isSecure ? 'https' : 'http',
    'client.address': head.address,
    'dossier.request_id': head.id,
    'dossier.dialect': endpoint.dialect.name,
    ...(state.route === null ? {} : { 'http.route': state.route.path }),
    ...(state.caller?.organization == null ? {} : { 'dossier.organization': state.caller.organization.id }),
    ...(state.fault === null ? {} : { 'error.type': state.fault.code }),
    ...(state.intake === null ? {} : { 'dossier.files': state.intake.attached, 'dossier.bytes': state.intake.bytes }),
  })
  if (status >= 500 || !isComplete) span.setStatus({ code: SpanStatusCode.ERROR })
}

function addPhases(tracer: Tracer, { span, at }: Open, { state, beganAt }: ObservedRequest): void {
  const outer = trace.setSpan(context.active(), span)
  const phase = (name: string, from: number, to: number) => {
    if (from > 0 && to > 0) tracer.startSpan(name, { startTime: at(from) }, outer).end(at(to))
  }
  phase('authentication', beganAt, state.admittedAt)
  phase('receive', state.admittedAt || beganAt, state.intake?.receivedAt ?? 0)
  phase('commit', state.intake?.receivedAt ?? 0, state.intake?.committedAt ?? 0)
}

// Sends Dossier's spans to an OpenTelemetry collector. Copied into a folder of its own, where the SDK is installed
// (docs/operation.md), and loaded before Dossier, by every thread of it: NODE_OPTIONS='--import /opt/tracing/tracing.mjs'.
// The collector's address and the sampling are the SDK's own settings: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER, ...
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'

const provider = new NodeTracerProvider({
  resource: defaultResource().merge(
    resourceFromAttributes({ 'service.name': process.env.OTEL_SERVICE_NAME ?? 'dossier' }),
  ),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
})
// Also sets the W3C propagator, so that `traceparent` is understood.
provider.register()
process.once('beforeExit', () => void provider.shutdown())

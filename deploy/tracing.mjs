// Sends Dossier's spans to an OpenTelemetry collector. Copy it into a separate folder in which the SDK is installed
// (docs/operation.md), and load it before Dossier in every thread: NODE_OPTIONS='--import /opt/tracing/tracing.mjs'.
// Collector address and sampling are settings of the SDK: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER, ...
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'

const provider = new NodeTracerProvider({
  resource: defaultResource().merge(
    resourceFromAttributes({ 'service.name': process.env.OTEL_SERVICE_NAME ?? 'dossier' }),
  ),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
})
// Also sets the W3C propagator, so that `traceparent` headers are honoured.
provider.register()
process.once('beforeExit', () => void provider.shutdown())

// Sends spans with a stock exporter until standard input ends; then says how many.
// Arguments: protocol, endpoint, session id.
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";

const EXPORTERS = { "http/json": JsonExporter, "http/protobuf": ProtobufExporter, grpc: GrpcExporter };
const [protocol, url, sessionId] = process.argv.slice(2);

const exporter = new EXPORTERS[protocol]({ url });
const processor = new BatchSpanProcessor(exporter, { scheduledDelayMillis: 100 });
const provider = new BasicTracerProvider({ spanProcessors: [processor] });
const tracer = provider.getTracer("sender");

let sent = 0;
const sending = setInterval(() => {
  tracer.startSpan("work", { attributes: { "helicone.session.id": sessionId } }).end();
  sent += 1;
}, 10);

process.stdin.resume();
process.stdin.on("end", async () => {
  clearInterval(sending);
  await provider.forceFlush();
  await provider.shutdown();
  console.log(sent);
});

// Logs one call and one tool with Helicone's manual logger, unchanged.
// Arguments: the endpoint, then the session id.
import { HeliconeManualLogger } from "@helicone/helpers";

const [loggingEndpoint, sessionId] = process.argv.slice(2);
const logger = new HeliconeManualLogger({ apiKey: "sk-helicone-test", loggingEndpoint });
const session = (path) => ({
  "Helicone-Session-Id": sessionId,
  "Helicone-Session-Path": path,
  "Helicone-Session-Name": "Research",
});

await logger.logRequest(
  { model: "gpt-4o-mini", messages: [{ role: "user", content: "Say hello" }] },
  async (recorder) =>
    recorder.appendResults({
      id: "chatcmpl-1",
      model: "gpt-4o-mini-2024-07-18",
      choices: [{ message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 11, completion_tokens: 7 },
    }),
  session("/research/draft"),
  "OPENAI",
);

const builder = logger.logBuilder(
  { model: "claude-3-5-haiku-latest", messages: [{ role: "user", content: "Say hello" }] },
  session("/research/review"),
);
async function* events() {
  yield { type: "message_start", message: { id: "msg-1", usage: { input_tokens: 9 } } };
  yield { type: "content_block_start", index: 0, content_block: { type: "text", text: "Hello" } };
  yield { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } };
}
await builder.attachStream(events());
await builder.sendLog();

await logger.logRequest(
  { _type: "tool", toolName: "search", input: { query: "hello" } },
  async (recorder) => recorder.appendResults({ found: 3 }),
  session("/research/search"),
);

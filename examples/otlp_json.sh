#!/bin/sh
# Post one session as OTLP/JSON, then list the sessions.
set -eu

url="${HELICONE_OTEL_URL:-http://127.0.0.1:4318}"

random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

trace_id=$(random_hex 16)
step_id=$(random_hex 8)
chat_id=$(random_hex 8)
session_id=$(echo "$trace_id" | sed -E 's/(.{8})(.{4})(.{4})(.{4})(.{12})/\1-\2-\3-\4-\5/')
# Nanoseconds; whole seconds, because not every date(1) knows %N.
start=$(($(date +%s) - 2))000000000
end=$(date +%s)000000000

curl --fail-with-body --silent --show-error "$url/v1/traces" \
  --header "Content-Type: application/json" --data @- <<JSON
{
  "resourceSpans": [{
    "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "otlp-json-example"}}]},
    "scopeSpans": [{
      "scope": {"name": "otlp_json.sh"},
      "spans": [
        {
          "traceId": "$trace_id",
          "spanId": "$step_id",
          "name": "summarize",
          "kind": 1,
          "startTimeUnixNano": "$start",
          "endTimeUnixNano": "$end",
          "attributes": [
            {"key": "helicone.session.id", "value": {"stringValue": "$session_id"}},
            {"key": "helicone.session.name", "value": {"stringValue": "Document Analyzer"}},
            {"key": "helicone.session.path", "value": {"stringValue": "/summarize"}}
          ]
        },
        {
          "traceId": "$trace_id",
          "spanId": "$chat_id",
          "parentSpanId": "$step_id",
          "name": "chat gpt-4o-mini",
          "kind": 3,
          "startTimeUnixNano": "$start",
          "endTimeUnixNano": "$end",
          "attributes": [
            {"key": "helicone.session.id", "value": {"stringValue": "$session_id"}},
            {"key": "helicone.session.name", "value": {"stringValue": "Document Analyzer"}},
            {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
            {"key": "gen_ai.provider.name", "value": {"stringValue": "openai"}},
            {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o-mini"}},
            {"key": "gen_ai.response.model", "value": {"stringValue": "gpt-4o-mini-2024-07-18"}},
            {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "1200"}},
            {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "180"}}
          ]
        }
      ]
    }]
  }]
}
JSON
echo
echo "session $session_id"
curl --fail-with-body --silent --show-error "$url/api/sessions"
echo

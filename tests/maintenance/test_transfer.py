"""What was received can be exported, and imported into a file that holds the same."""

from collections.abc import Sequence
from contextlib import closing
from io import BytesIO
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

import otlp_json
from helicone_otel.errors import NotFound
from helicone_otel.ingest import Ingest, derive_with
from helicone_otel.ingest.logs import LogIngest, MetricIngest
from helicone_otel.maintenance import (
    Exports,
    ImportedRequest,
    export_log_records,
    export_part,
    import_requests,
    require_session,
    session_log_records,
    session_parts,
)
from helicone_otel.model import Encoding, Signal
from helicone_otel.otlp import convert_request, encode_request, read_requests, write_request
from helicone_otel.settings import ImplicitSessions, StoreSettings, Synchronous
from helicone_otel.store import PartReader, SpanStore, reading_log_records, reading_parts
from otlp_logs import claude_request, in_protobuf, log_record, logs_request
from otlp_requests import log_requests, requests

Request = ExportTraceServiceRequest | ExportLogsServiceRequest


def exports_to(store: SpanStore) -> Exports:
    return {
        Signal.TRACES: Ingest(store, max_spans=10_000).export,
        Signal.LOGS: LogIngest(store, max_records=10_000).export,
        Signal.METRICS: MetricIngest(max_metrics=10_000).export,
    }


def fill(path: Path, file: bytes) -> None:
    quick = StoreSettings(synchronous=Synchronous.NORMAL)
    with closing(SpanStore.open(path, derive_with(ImplicitSessions.LLM), quick)) as store:
        for outcome in import_requests(exports_to(store), read_requests(BytesIO(file))):
            assert not outcome.refusals


def exported(path: Path, encoding: Encoding) -> bytes:
    file = BytesIO()
    with reading_parts(path) as parts, reading_log_records(path) as records:
        found = [request for part in parts.all_parts() for request in export_part(part, encoding)]
        for page in records.pages():
            found += export_log_records([record.received for record in page], encoding)
    for request in found:
        assert not request.refusals
        write_request(file, request.body, encoding)
    return file.getvalue()


def received_in(path: Path) -> set[bytes]:
    """Return every item with its resource and scope, in a form that depends on nothing else."""
    with reading_parts(path) as parts, reading_log_records(path) as records:
        spans = [
            _canonical(span.origin.envelope, span.raw, span.origin.encoding, Signal.TRACES)
            for part in parts.all_parts()
            for span in part.spans
        ]
        logs = [
            _canonical(it.received.envelope, it.received.body, it.received.encoding, Signal.LOGS)
            for page in records.pages()
            for it in page
        ]
    assert len(set(logs)) == len(logs)
    return {*spans, *logs}


def _canonical(envelope: bytes, raw: bytes, encoding: Encoding, signal: Signal) -> bytes:
    body = encode_request(envelope, [raw], encoding, signal)
    protobuf = convert_request(body, encoding, Encoding.PROTOBUF, signal)
    json = convert_request(protobuf, Encoding.PROTOBUF, Encoding.JSON, signal)
    return orjson.dumps(orjson.loads(json), option=orjson.OPT_SORT_KEYS)


def in_a_file(requests: Sequence[Request], encoding: Encoding) -> bytes:
    file = BytesIO()
    for request in requests:
        signal = Signal.TRACES if isinstance(request, ExportTraceServiceRequest) else Signal.LOGS
        body = request.SerializeToString()
        write_request(file, convert_request(body, Encoding.PROTOBUF, encoding, signal), encoding)
    return file.getvalue()


def about_a_model(request: ExportLogsServiceRequest) -> ExportLogsServiceRequest:
    """Return it with records that are kept."""
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            for record in scope.log_records:
                record.event_name = f"gen_ai.{record.event_name}"
    return request


files = st.builds(
    in_a_file,
    st.lists(requests | log_requests.map(about_a_model), max_size=3),
    st.sampled_from(Encoding),
)


@settings(max_examples=25)
@given(files, st.sampled_from(Encoding))
def test_an_export_of_an_import_is_the_same_set_of_items(
    tmp_path_factory: pytest.TempPathFactory, sent: bytes, encoding: Encoding
) -> None:
    folder = tmp_path_factory.mktemp("transfer")
    fill(folder / "first.db", sent)
    first = exported(folder / "first.db", encoding)
    fill(folder / "second.db", first)
    assert received_in(folder / "second.db") == received_in(folder / "first.db")
    before = received_in(folder / "first.db")
    fill(folder / "first.db", first)
    assert received_in(folder / "first.db") == before


def json_request(*spans: dict[str, object]) -> bytes:
    return orjson.dumps(otlp_json.request(spans))


def test_what_one_encoding_cannot_hold_is_told_and_kept_in_the_other(tmp_path: Path) -> None:
    odd, even = otlp_json.span("a" * 32, "1" * 16), otlp_json.span("a" * 32, "2" * 16)
    odd["attributes"] = [{"key": "nobody reads this", "value": {"stringValue": 5}}]
    fill(tmp_path / "sessions.db", json_request(odd, even))
    with reading_parts(tmp_path / "sessions.db") as reader:
        (part,) = reader.all_parts()
    (protobuf,) = export_part(part, Encoding.PROTOBUF)
    assert protobuf.items == 1
    assert [refusal[:47] for refusal in protobuf.refusals] == [
        "span 1111111111111111 of trace aaaaaaaaaaaaaaaa"
    ]
    (json,) = export_part(part, Encoding.JSON)
    assert json.items == 2
    assert b"nobody reads this" in json.body


def test_one_session_is_exported_without_what_others_have_in_its_traces(tmp_path: Path) -> None:
    def span(number: int, session: str) -> dict[str, object]:
        attributes = {"helicone.session.id": session}
        return otlp_json.span("a" * 32, f"{number:016x}", attributes=attributes)

    body = json_request(span(1, "mine"), span(2, "yours"), span(3, "mine"))
    fill(tmp_path / "sessions.db", body)
    with reading_parts(tmp_path / "sessions.db") as reader:
        assert _span_ids(reader, "mine") == ["1", "3"]
        assert _span_ids(reader, "yours") == ["2"]


def test_traces_and_log_records_that_tell_of_a_sessions_calls_are_exported_with_it(
    tmp_path: Path,
) -> None:
    call = {"gen_ai.operation.name": "chat", "gen_ai.response.id": "req_1"}
    outer = otlp_json.request([otlp_json.span("1" * 32, "1" * 16, attributes=call)])
    outer["resourceSpans"][0]["scopeSpans"][0]["scope"]["name"] = "framework"
    inner = otlp_json.span("2" * 32, "2" * 16, attributes={**call, "session.id": "s"})
    record = claude_request(request_id="req_1")
    record["attributes"] = [it for it in record["attributes"] if it["key"] != "session.id"]
    path = tmp_path / "spans.db"
    with closing(SpanStore.open(path, derive_with(ImplicitSessions.LLM))) as store:
        send = exports_to(store)
        send[Signal.TRACES](orjson.dumps(outer), Encoding.JSON)
        send[Signal.TRACES](orjson.dumps(otlp_json.request([inner])), Encoding.JSON)
        send[Signal.LOGS](orjson.dumps(logs_request(record)), Encoding.JSON)
    with reading_parts(path) as parts, reading_log_records(path) as records:
        assert _span_ids(parts, "s") == ["1" * 16, "2" * 16]
        assert len(session_log_records(parts, records, "s", ImplicitSessions.LLM)) == 1


def _span_ids(reader: PartReader, session_id: str) -> list[str]:
    parts = session_parts(reader, session_id, ImplicitSessions.LLM)
    return [span.facts.span_id.lstrip("0") for part in parts for span in part.spans]


def test_one_sessions_log_records_are_those_that_name_it_and_those_of_its_spans(
    tmp_path: Path,
) -> None:
    path, trace_id = tmp_path / "sessions.db", "a" * 32

    def span(number: int, session: str) -> dict[str, object]:
        return otlp_json.span(trace_id, f"{number:016x}", attributes={"session.id": session})

    def record(said: str, number: int = 0, trace: str = trace_id) -> dict[str, object]:
        span_id = f"{number:016x}" if number else ""
        return log_record("gen_ai.choice", {"said": said}, trace_id=trace, span_id=span_id)

    records = [
        record("mine", 1),
        record("yours", 2),
        record("anybody's"),
        claude_request("mine", said="named"),
        record("alone", 1, "b" * 32),
    ]
    alone = otlp_json.span("b" * 32, "3" * 16, attributes={"session.id": "mine"})
    traces = json_request(span(1, "mine"), span(2, "yours"), alone)
    fill(path, traces + b"\n" + orjson.dumps(logs_request(*records)))
    assert _said(path, "mine") == ["mine", "named", "alone"]
    assert _said(path, "yours") == ["yours"]


def _said(path: Path, session_id: str) -> list[str]:
    with reading_parts(path) as parts, reading_log_records(path) as records:
        found = session_log_records(parts, records, session_id, ImplicitSessions.LLM)
    attributes = [orjson.loads(record.received.body)["attributes"] for record in found]
    return [
        str(pair["value"]["stringValue"])
        for pairs in attributes
        for pair in pairs
        if pair["key"] == "said"
    ]


def test_a_session_is_there_if_but_a_log_record_names_it(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    fill(path, orjson.dumps(logs_request(log_record("gen_ai.choice", {"session.id": "quiet"}))))
    with reading_parts(path) as parts, reading_log_records(path) as records:
        require_session(parts, records, "quiet")
        with pytest.raises(NotFound, match="'nobody'"):
            require_session(parts, records, "nobody")


def imported(store: SpanStore, file: bytes) -> list[ImportedRequest]:
    return list(import_requests(exports_to(store), read_requests(BytesIO(file))))


def test_what_cannot_be_imported_is_told_with_its_place(store: SpanStore) -> None:
    good = json_request(otlp_json.span("a" * 32, "1" * 16))
    bad = json_request(otlp_json.span("b" * 32, "2" * 16), otlp_json.span("none", "3" * 16))
    outcomes = imported(store, b"\n".join([good, b"", bad, b"{broken", b'{"a": 1}', good]))
    assert [outcome.imported for outcome in outcomes] == [1, 1, 0, 0, 1]
    assert outcomes[1].refusals[0].startswith("line 3, span 1: traceId has 4 characters")
    assert outcomes[2].refusals[0].startswith("line 4: the body is not JSON")
    assert outcomes[3].refusals[0].startswith("line 5: it is no export request")


def test_what_says_nothing_of_sessions_is_counted_and_left_out(store: SpanStore) -> None:
    logs = orjson.dumps(logs_request(claude_request(), log_record("http.request")))
    metrics = b'{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "a"}]}]}]}'
    outcomes = imported(store, logs + b"\n" + metrics)
    assert [(it.signal, it.imported, it.left_out) for it in outcomes] == [
        (Signal.LOGS, 1, 1),
        (Signal.METRICS, 0, 1),
    ]


def test_to_import_twice_changes_nothing(store: SpanStore) -> None:
    logs = logs_request(claude_request())
    file = json_request(otlp_json.span("a" * 32, "1" * 16)) + b"\n" + orjson.dumps(logs)
    for _ in range(2):
        assert [outcome.imported for outcome in imported(store, file)] == [1, 1]
    LogIngest(store, max_records=9).export(in_protobuf(logs), Encoding.PROTOBUF)
    with reading_parts(store.path) as parts, reading_log_records(store.path) as records:
        assert (parts.count(), records.count()) == (1, 1)

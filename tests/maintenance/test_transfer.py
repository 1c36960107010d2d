"""What was received can be exported, and imported into a file that holds the same."""

from collections.abc import Sequence
from contextlib import closing
from io import BytesIO
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

import otlp_json
from helicone_otel.errors import NotFound
from helicone_otel.ingest import Ingest, derive_with
from helicone_otel.maintenance import (
    ImportedRequest,
    export_part,
    import_requests,
    session_parts,
)
from helicone_otel.model import Encoding
from helicone_otel.otlp import convert_request, encode_request, read_requests, write_request
from helicone_otel.settings import ImplicitSessions, StoreSettings, Synchronous
from helicone_otel.store import PartReader, SpanStore, StoredSpan, reading_parts
from otlp_requests import requests

Bodies = Sequence[tuple[bytes, Encoding]]


def fill(path: Path, bodies: Bodies) -> None:
    quick = StoreSettings(synchronous=Synchronous.NORMAL)
    with closing(SpanStore.open(path, derive_with(ImplicitSessions.LLM), quick)) as store:
        ingest = Ingest(store, max_spans=10_000)
        for body, encoding in bodies:
            ingest.export(body, encoding)


def exported(path: Path, encoding: Encoding) -> bytes:
    file = BytesIO()
    with reading_parts(path) as reader:
        for part in reader.all_parts():
            for request in export_part(part, encoding):
                assert not request.refusals
                write_request(file, request.body, encoding)
    return file.getvalue()


def spans_in(path: Path) -> set[bytes]:
    """Return every span with its resource and scope, in a form that depends on nothing else."""
    with reading_parts(path) as reader:
        return {_canonical(span) for part in reader.all_parts() for span in part.spans}


def _canonical(span: StoredSpan) -> bytes:
    body = encode_request(span.origin.envelope, [span.raw], span.origin.encoding)
    protobuf = convert_request(body, span.origin.encoding, Encoding.PROTOBUF)
    json = convert_request(protobuf, Encoding.PROTOBUF, Encoding.JSON)
    return orjson.dumps(orjson.loads(json), option=orjson.OPT_SORT_KEYS)


def as_sent(request: ExportTraceServiceRequest, encoding: Encoding) -> tuple[bytes, Encoding]:
    body = request.SerializeToString()
    return convert_request(body, Encoding.PROTOBUF, encoding), encoding


bodies = st.lists(st.builds(as_sent, requests, st.sampled_from(Encoding)), max_size=3)


@settings(max_examples=25)
@given(bodies, st.sampled_from(Encoding))
def test_an_export_of_an_import_is_the_same_set_of_spans(
    tmp_path_factory: pytest.TempPathFactory, sent: Bodies, encoding: Encoding
) -> None:
    folder = tmp_path_factory.mktemp("transfer")
    fill(folder / "first.db", sent)
    first = exported(folder / "first.db", encoding)
    fill(folder / "second.db", [(r.body, r.encoding) for r in read_requests(BytesIO(first))])
    assert spans_in(folder / "second.db") == spans_in(folder / "first.db")


def json_request(*spans: dict[str, object]) -> bytes:
    return orjson.dumps(otlp_json.request(spans))


def test_what_one_encoding_cannot_hold_is_told_and_kept_in_the_other(tmp_path: Path) -> None:
    odd, even = otlp_json.span("a" * 32, "1" * 16), otlp_json.span("a" * 32, "2" * 16)
    odd["attributes"] = [{"key": "nobody reads this", "value": {"stringValue": 5}}]
    fill(tmp_path / "sessions.db", [(json_request(odd, even), Encoding.JSON)])
    with reading_parts(tmp_path / "sessions.db") as reader:
        (part,) = reader.all_parts()
    (protobuf,) = export_part(part, Encoding.PROTOBUF)
    assert protobuf.spans == 1
    assert [refusal[:47] for refusal in protobuf.refusals] == [
        "span 1111111111111111 of trace aaaaaaaaaaaaaaaa"
    ]
    (json,) = export_part(part, Encoding.JSON)
    assert json.spans == 2
    assert b"nobody reads this" in json.body


def test_one_session_is_exported_without_what_others_have_in_its_traces(tmp_path: Path) -> None:
    def span(number: int, session: str) -> dict[str, object]:
        attributes = {"helicone.session.id": session}
        return otlp_json.span("a" * 32, f"{number:016x}", attributes=attributes)

    body = json_request(span(1, "mine"), span(2, "yours"), span(3, "mine"))
    fill(tmp_path / "sessions.db", [(body, Encoding.JSON)])
    with reading_parts(tmp_path / "sessions.db") as reader:
        assert _span_ids(reader, "mine") == ["1", "3"]
        assert _span_ids(reader, "yours") == ["2"]
        with pytest.raises(NotFound, match="'nobody'"):
            _span_ids(reader, "nobody")


def _span_ids(reader: PartReader, session_id: str) -> list[str]:
    parts = session_parts(reader, session_id, ImplicitSessions.LLM)
    return [span.facts.span_id.lstrip("0") for part in parts for span in part.spans]


def imported(ingest: Ingest, file: bytes) -> list[ImportedRequest]:
    return list(import_requests(ingest, read_requests(BytesIO(file))))


def test_what_cannot_be_imported_is_told_with_its_place(ingest: Ingest) -> None:
    good = json_request(otlp_json.span("a" * 32, "1" * 16))
    bad = json_request(otlp_json.span("b" * 32, "2" * 16), otlp_json.span("none", "3" * 16))
    outcomes = imported(ingest, b"\n".join([good, b"", bad, b"{broken", good]))
    assert [outcome.spans for outcome in outcomes] == [1, 1, 0, 1]
    assert outcomes[1].refusals[0].startswith("line 3, span 1: traceId has 4 characters")
    assert outcomes[2].refusals[0].startswith("line 4: the body is not JSON")


def test_to_import_twice_changes_nothing(ingest: Ingest, store: SpanStore) -> None:
    file = json_request(otlp_json.span("a" * 32, "1" * 16)) + b"\n"
    for _ in range(2):
        assert [outcome.spans for outcome in imported(ingest, file)] == [1]
    with reading_parts(store.path) as reader:
        assert reader.count() == 1

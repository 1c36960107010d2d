"""What one span says by itself of its session."""

import itertools

import pytest

from builders import TRACE, no_price, record
from helicone_otel.mapping import facts_of, written_path
from helicone_otel.model import AttributeValue, SpanFacts, SpanRecord, Strength
from helicone_otel.session_reference import session_id_of_trace


def read(span: SpanRecord) -> SpanFacts:
    return facts_of(span, no_price)


def test_claims_are_read_strongest_first() -> None:
    span = read(
        record(
            attributes={
                "gen_ai.conversation.id": "weak",
                "session.id": "middle",
                "http.request.header.helicone-session-id": ["strong%20one"],
            }
        )
    )
    assert [(claim.session_id, claim.strength) for claim in span.claims] == [
        ("strong%20one", Strength.STRONG),
        ("middle", Strength.MIDDLE),
        ("weak", Strength.WEAK),
    ]


def test_a_captured_header_is_decoded() -> None:
    attributes: dict[str, AttributeValue] = {
        "http.request.header.helicone_session_name": ["caf%C3%A9"],
        "http.request.header.helicone_property_topic": ["%C3%BCber"],
    }
    span = read(record(attributes=attributes))
    assert span.session_name == "café"
    assert span.properties == {"topic": "über"}


@pytest.mark.parametrize(
    "value", ["", "null", "None", "undefined", "***", "[Scrubbed due to 'session']", "[REDACTED]"]
)
def test_a_scrubbers_placeholder_names_no_session(value: str) -> None:
    assert not read(record(attributes={"session.id": value})).claims


@pytest.mark.parametrize("value", ["null", "***", "[Scrubbed due to 'session']", ["[REDACTED]"]])
def test_a_scrubbers_placeholder_says_nothing(value: AttributeValue) -> None:
    span = read(
        record(
            attributes={
                "helicone.session.name": value,
                "helicone.session.path": value,
                "helicone.user.id": value,
                "helicone.request.id": value,
                "helicone.property.topic": value,
                "http.request.header.helicone_property_plan": value,
                "gen_ai.agent.name": value,
            }
        )
    )
    assert (span.session_name, span.path, span.user_id, span.request_id) == (None,) * 4
    assert span.properties == {}
    assert span.fallback_name is None


def test_behind_a_placeholder_a_weaker_spelling_is_heard() -> None:
    attributes: dict[str, AttributeValue] = {
        "helicone.session.name": "[Redacted]",
        "http.request.header.helicone-session-name": ["Said"],
        "helicone.property.topic": "[Redacted]",
        "http.request.header.helicone-property-topic": ["said"],
    }
    span = read(record(attributes=attributes))
    assert (span.session_name, span.properties) == ("Said", {"topic": "said"})


def test_the_id_of_its_own_trace_is_no_claim() -> None:
    assert not read(record(attributes={"session.id": session_id_of_trace(TRACE)})).claims


def test_the_strongest_spelling_of_a_property_wins() -> None:
    attributes: dict[str, AttributeValue] = {
        "traceloop.association.properties.Helicone-Property-Topic": "weak",
        "helicone.property.topic": "strong",
        "helicone.property.count": 3,
        "helicone.property.nested": {"a": [1, True]},
    }
    assert read(record(attributes=attributes)).properties == {
        "count": "3",
        "nested": '{"a":[1,true]}',
        "topic": "strong",
    }


def test_spellings_that_a_look_up_takes_for_one_are_one_property() -> None:
    attributes: dict[str, AttributeValue] = {
        "http.request.header.helicone_property_user_tier": ["header"],
        "helicone.property.User-Tier": "own",
        "traceloop.association.properties.Helicone-Property-user_tier": "traceloop",
    }
    for order in itertools.permutations(attributes):
        span = read(record(attributes={key: attributes[key] for key in order}))
        assert span.properties == {"user-tier": "own"}


def test_langfuses_metadata_is_read_out_of_json_where_it_is_a_text() -> None:
    prefix = "langfuse.trace.metadata."
    attributes: dict[str, AttributeValue] = {
        f"{prefix}quoted": '"pro"',
        f"{prefix}plain": "pro",
        f"{prefix}number": "12",
        f"{prefix}broken": '"pro',
        f"{prefix}count": 3,
        f"{prefix}list": ["a", "b"],
    }
    assert read(record(attributes=attributes)).properties == {
        "broken": '"pro',
        "count": "3",
        "list": '["a","b"]',
        "number": "12",
        "plain": "pro",
        "quoted": "pro",
    }


def test_a_path_is_known_as_it_was_written() -> None:
    assert written_path({"helicone.session.path": "/Step 1//"}) == "/Step 1//"
    assert written_path({"http.request.header.helicone-session-path": ["%C3%A9"]}) == "é"
    assert written_path({"other": "/a"}) is None


def test_a_placeholder_in_a_header_says_nothing() -> None:
    header = {"http.request.header.helicone-session-name": ["null"]}
    assert read(record(attributes=header)).session_name is None

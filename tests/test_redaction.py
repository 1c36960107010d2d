"""Secrets are taken out of text by their looks; ordinary text stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicone_otel.redaction import REDACTED, redact

HEX = "0123456789abcdef"


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-" + HEX * 3,
        "sk-ant-api03-" + HEX * 5,
        "sk-helicone-" + HEX,
        "gsk_" + HEX * 2,
        "AIza" + HEX * 2 + "abc",
        "AKIA" + "ABCDEFGH12345678",
        "ghp_" + HEX * 2,
        "github_pat_" + HEX * 2,
        "xoxb-1234567890-abcdef",
        "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4",
        "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
    ],
)
@pytest.mark.parametrize("around", ["{}", "see {}.", '{{"a": "{}"}}', "({})"])
def test_secrets_are_known_by_their_looks(secret: str, around: str) -> None:
    assert redact(around.format(secret)) in {
        around.format(REDACTED),
        around.format(REDACTED + "."),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password: hunter2hunter2", "password: [REDACTED]"),
        ('{"api_key": "abcd-1234-efgh"}', '{"api_key": "[REDACTED]"}'),
        ('{\\"secret\\": \\"abcd1234efgh\\"}', '{\\"secret\\": \\"[REDACTED]\\"}'),
        ("Authorization: Bearer abcd1234efgh5678", "Authorization: Bearer [REDACTED]"),
        ("postgres://me:pa55word@db/x", "postgres://me:[REDACTED]@db/x"),
    ],
)
def test_secrets_are_known_by_their_names(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "How do I reset my password? Please send password instructions.",
        "The secret ingredient is patience.",
        "task-force-one-two-three and risk-adjusted-returns-for-everybody",
        "https://example.com/a:b@c and https://user@example.com/path",
        "the tokens are counted, the bearer walked on",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text() | st.text(alphabet="sk-pasword:= {}\"'@/" + HEX))
def test_redacting_twice_changes_nothing(text: str) -> None:
    assert redact(redact(text)) == redact(text)

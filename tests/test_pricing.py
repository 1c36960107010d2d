"""Costs, held against the library that knows the prices."""

from datetime import UTC, datetime
from decimal import Decimal

import genai_prices
import pytest
from genai_prices.data_snapshot import get_snapshot
from hypothesis import given
from hypothesis import strategies as st

from helicone_otel.model import Usage
from helicone_otel.pricing import price

NOW_NS = 1_795_000_000_000_000_000
NOW = datetime.fromtimestamp(NOW_NS // 10**9, tz=UTC)
MODELS = [
    ("openai", "gpt-4o-mini"),
    ("anthropic", "claude-sonnet-4-5"),
    ("google", "gemini-2.5-pro"),
]


@given(
    st.sampled_from(MODELS),
    st.integers(0, 400_000),
    st.integers(0, 50_000),
    st.integers(0, 50_000),
    st.integers(0, 50_000),
)
def test_the_cost_is_the_librarys(
    named: tuple[str, str], uncached: int, read: int, written: int, output: int
) -> None:
    provider, model = named
    tokens = {
        "input_tokens": uncached + read + written,
        "output_tokens": output,
        "cache_read_tokens": read,
        "cache_write_tokens": written,
    }
    listed = genai_prices.calc_price(
        genai_prices.Usage(**tokens),
        model,
        provider_id=provider,
        genai_request_timestamp=NOW,
    ).total_price
    cost = price(provider=provider, model=model, start_ns=NOW_NS, usage=Usage(**tokens))
    assert cost is not None
    assert abs(Decimal(cost.nano_usd) - listed * 10**9) <= Decimal("0.5")
    assert cost.source == f"genai-prices {genai_prices.__version__}"


def test_every_model_of_the_table_costs_what_the_library_says() -> None:
    usages = [
        {"input_tokens": 1000, "output_tokens": 200},
        {"input_tokens": 300_000, "output_tokens": 0},
        {"input_tokens": 1000, "output_tokens": 200, "cache_read_tokens": 300},
        {"input_tokens": 1000, "cache_read_tokens": 300, "cache_write_tokens": 100},
    ]
    compared, different = 0, []
    for provider in get_snapshot().providers:
        for model in provider.models:
            for tokens in usages:
                listed = listed_nano_usd(provider.id, model.id, tokens)
                if listed is None:  # the table does not find its own entry by this name
                    continue
                usage = Usage(**tokens)
                cost = price(provider=provider.id, model=model.id, start_ns=NOW_NS, usage=usage)
                compared += 1
                if (cost.nano_usd if cost else 0) != listed:
                    different.append((provider.id, model.id, tokens, cost, listed))
    assert compared > 1000
    assert different == []


def test_a_model_listed_without_a_price_has_none_and_a_free_one_costs_nothing() -> None:
    usage = Usage(input_tokens=10, output_tokens=5)
    unknown = price(provider="github-copilot", model="gpt-4.1", start_ns=NOW_NS, usage=usage)
    free = price(provider="azure", model="mai-ds-r1:free", start_ns=NOW_NS, usage=usage)
    assert unknown is None
    assert free is not None
    assert free.nano_usd == 0


def listed_nano_usd(provider: str, model: str, tokens: dict[str, int]) -> int | None:
    try:
        listed = genai_prices.calc_price(
            genai_prices.Usage(**tokens), model, provider_id=provider, genai_request_timestamp=NOW
        )
    except LookupError:
        return None
    return round(listed.total_price * 10**9)


def test_a_price_is_that_of_the_calls_day() -> None:
    usage = Usage(input_tokens=1_000_000, output_tokens=0)
    days = [datetime(2025, 5, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)]
    costs = [
        price(provider="openai", model="o3", start_ns=int(day.timestamp()) * 10**9, usage=usage)
        for day in days
    ]
    assert [cost.nano_usd for cost in costs if cost] == [10_000_000_000, 2_000_000_000]


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("x_ai", "grok-3"),
        ("gcp.gen_ai", "gemini-2.5-pro"),
        ("azure.ai.inference", "Phi-4"),
        ("az.ai.inference", "Phi-4"),
        ("fireworks_ai", "accounts/fireworks/models/gpt-oss-20b"),
        ("my-gateway", "gpt-4o-mini"),
        (None, "openai/gpt-4o-mini"),
        ("google", "models/gemini-2.5-pro"),
    ],
)
def test_names_that_differ_from_the_tables_are_found(provider: str | None, model: str) -> None:
    usage = Usage(input_tokens=10, output_tokens=10)
    assert price(provider=provider, model=model, start_ns=NOW_NS, usage=usage) is not None


def test_a_model_on_ones_own_machine_has_no_price() -> None:
    usage = Usage(input_tokens=10, output_tokens=10)
    by_others = price(provider=None, model="deepseek-r1:8b", start_ns=NOW_NS, usage=usage)
    assert by_others is not None
    assert price(provider="ollama", model="deepseek-r1:8b", start_ns=NOW_NS, usage=usage) is None


@pytest.mark.parametrize(
    ("model", "usage"),
    [
        pytest.param("no-such-model", Usage(input_tokens=1), id="unknown model"),
        pytest.param(
            "gpt-4o-mini", Usage(input_tokens=1, cache_read_tokens=5), id="impossible usage"
        ),
        pytest.param("gpt-4", Usage(input_tokens=2**53), id="more than a column holds"),
    ],
)
def test_no_price_is_never_zero(model: str, usage: Usage) -> None:
    assert price(provider="openai", model=model, start_ns=NOW_NS, usage=usage) is None

"""The tokens of one call, where an emitter leaves parts of them out."""

from collections.abc import Mapping

import pytest

from builders import no_price, record
from helicone_otel.mapping import facts_of
from helicone_otel.model import AttributeValue, ModelCall, Usage

KEYS = {
    "input": "gen_ai.usage.input_tokens",
    "output": "gen_ai.usage.output_tokens",
    "read": "gen_ai.usage.cache_read.input_tokens",
    "write": "gen_ai.usage.cache_write.input_tokens",
    "reasoning": "gen_ai.usage.reasoning.output_tokens",
    "total": "gen_ai.usage.total_tokens",
}


def read(tokens: Mapping[str, int], *, scope: str = "") -> tuple[Usage | None, list[str]]:
    attributes: dict[str, AttributeValue] = {KEYS[part]: n for part, n in tokens.items()}
    attributes["gen_ai.operation.name"] = "chat"
    span = facts_of(record(attributes=attributes, scope=scope), no_price)
    assert isinstance(span.call, ModelCall)
    return span.call.usage, list(span.marks)


@pytest.mark.parametrize(
    ("tokens", "usage", "mark"),
    [
        pytest.param(
            {"read": 5, "output": 7},
            Usage(input_tokens=5, output_tokens=7, cache_read_tokens=5),
            "usage-added-cache",
            id="cached tokens where no input is told",
        ),
        pytest.param(
            {"reasoning": 5, "input": 9, "total": 14},
            Usage(input_tokens=9, output_tokens=5, reasoning_tokens=5),
            "usage-added-reasoning",
            id="reasoning where no output is told",
        ),
        pytest.param(
            {"read": 2, "write": 3, "output": 7, "total": 12},
            Usage(input_tokens=5, output_tokens=7, cache_read_tokens=2, cache_write_tokens=3),
            "usage-added-cache_read,usage-added-cache_write",
            id="both parts of the cache",
        ),
        pytest.param(
            {"input": 9, "output": 7, "read": 2, "write": 2, "reasoning": 4, "total": 24},
            Usage(
                input_tokens=13,
                output_tokens=11,
                cache_read_tokens=2,
                cache_write_tokens=2,
                reasoning_tokens=4,
            ),
            "usage-added-cache_read,usage-added-cache_write,usage-added-reasoning",
            id="all parts",
        ),
        pytest.param(
            {"output": 7, "total": 12},
            Usage(output_tokens=12),
            "usage-output-from-total",
            id="what no part explains where no input is told",
        ),
        pytest.param(
            {"input": 9, "output": 7, "total": 3},
            Usage(input_tokens=9, output_tokens=7),
            "",
            id="a total that is less is not believed",
        ),
        pytest.param(
            {"input": 4, "output": 7, "read": 2, "write": 3},
            Usage(input_tokens=9, output_tokens=7, cache_read_tokens=2, cache_write_tokens=3),
            "usage-added-cache",
            id="more read and written than input",
        ),
        pytest.param(
            {"read": 1},
            Usage(input_tokens=1, output_tokens=0, cache_read_tokens=1),
            "usage-added-cache",
            id="one cached token alone",
        ),
        pytest.param(
            {"input": 9, "output": 7, "total": 16},
            Usage(input_tokens=9, output_tokens=7),
            "",
            id="a total that adds up",
        ),
        pytest.param(
            {"input": 5, "output": 7, "read": 2, "write": 3},
            Usage(input_tokens=5, output_tokens=7, cache_read_tokens=2, cache_write_tokens=3),
            "",
            id="as much cached as input",
        ),
    ],
)
def test_parts_are_added_where_the_evidence_says_they_belong(
    tokens: dict[str, int], usage: Usage, mark: str
) -> None:
    found, marks = read(tokens)
    assert found == usage
    assert ",".join(marks) == mark


def test_an_emitter_known_to_leave_the_cache_out_is_corrected() -> None:
    anthropic = "openlit.instrumentation.anthropic"
    usage, marks = read({"input": 9, "output": 7, "read": 2, "write": 3}, scope=anthropic)
    assert usage == Usage(
        input_tokens=14, output_tokens=7, cache_read_tokens=2, cache_write_tokens=3
    )
    assert marks == ["usage-added-cache"]
    assert read({"input": 9, "output": 7}, scope=anthropic)[1] == []

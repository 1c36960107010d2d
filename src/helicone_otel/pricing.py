"""What a model call costs, by the dated price table of genai-prices."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from .model import Cost, Usage

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Provider

log = logging.getLogger(__name__)

_NANO = 1_000_000_000
_MINUTE_NS = 60 * _NANO
_MILLION = 1_000_000
_MAX_NAME = 256
"""Longer names are nobody's; looking them up would fill the memory of those that were found."""
_MAX_NANO_USD = 2**63 - 1
"""What a signed 64-bit column holds; no call costs nine billion dollars."""
_FREE = ":free"
"""How gateways name models that cost nothing; the table has no price for them either."""
_PROVIDER_ALIASES = {
    "x_ai": "x-ai",
    "gcp.gen_ai": "google",
    "azure.ai.inference": "azure",
    "az.ai.inference": "azure",
    "fireworks_ai": "fireworks",
}
"""Provider names of OpenTelemetry and litellm that genai-prices does not know."""
_ON_THE_CALLERS_MACHINE = frozenset({"ollama", "lmstudio", "lm_studio", "llamafile", "llama.cpp"})
"""Providers that nobody pays; the prices of others for the same model are not theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rates:
    """Nano-USD per token of each kind; input is what no cache has read or written."""

    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write: Decimal


def price(*, provider: str | None, model: str, start_ns: int, usage: Usage) -> Cost | None:
    """Return the cost of a call that started at *start_ns*, or `None` where no price is known.

    Prices are looked up by provider and model; a provider without a price for the model, such as
    a gateway, gives way to the model's own.
    """
    if len(model) > _MAX_NAME or len(provider or "") > _MAX_NAME:
        return None
    priced = _priced(provider, model, start_ns // _MINUTE_NS)
    if priced is None:
        return None
    try:
        if priced.rates is None:
            moment = datetime.fromtimestamp(start_ns // _NANO, tz=UTC)
            nano_usd = _calculate(priced.model, priced.provider, moment, usage)
        else:
            nano_usd = _multiply(priced.rates, usage)
    except ValueError as error:
        log.debug("usage that cannot be priced: %s", error)
        return None
    if nano_usd > _MAX_NANO_USD:
        return None
    return Cost(nano_usd=round(nano_usd), source=price_source())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Priced:
    """A model that has a price at some minute."""

    model: "ModelInfo"
    provider: "Provider"
    rates: _Rates | None
    """`None` if they are not the whole price."""


@lru_cache(maxsize=4096)
def _priced(provider: str | None, model: str, minute: int) -> _Priced | None:
    """Return how *model* is priced in a minute since 1970; prices change by date and by hour."""
    if provider in _ON_THE_CALLERS_MACHINE:
        return None
    found = _find(provider, model) or (_find(None, model) if provider else None)
    if found is None:
        return None
    info, price_provider = found
    entry = info.get_prices(datetime.fromtimestamp(60 * minute, tz=UTC))
    has_prices = any(value is not None for value in vars(entry).values())
    if not has_prices and not info.id.endswith(_FREE):
        return None  # the table lists the model without a price
    rates = _linear_rates(_Identity(entry))
    return _Priced(model=info, provider=price_provider, rates=rates)


def _multiply(rates: _Rates, usage: Usage) -> Decimal:
    cache_read, cache_write = usage.cache_read_tokens or 0, usage.cache_write_tokens or 0
    uncached = (usage.input_tokens or 0) - cache_read - cache_write
    if uncached < 0:
        raise ValueError("more cached tokens than input tokens")
    cost = uncached * rates.input + (usage.output_tokens or 0) * rates.output
    if cache_read or cache_write:
        cost += cache_read * rates.cache_read + cache_write * rates.cache_write
    return cost


def _calculate(info: "ModelInfo", provider: "Provider", moment: datetime, usage: Usage) -> Decimal:
    import genai_prices  # noqa: PLC0415 - half a second of import, wanted at the first price only

    calculation = info.calc_price(
        genai_prices.Usage(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            cache_write_tokens=usage.cache_write_tokens,
        ),
        provider,
        genai_request_timestamp=moment,
    )
    return calculation.total_price * _NANO


class _Identity:
    """A price entry as a key: entries live as long as the table and are compared by identity."""

    def __init__(self, entry: "ModelPrice") -> None:
        self.entry = entry

    def __hash__(self) -> int:
        return id(self.entry)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.entry is self.entry


@cache
def _linear_rates(identity: _Identity) -> _Rates | None:
    """Ask the library what a token of each kind costs; `None` if that is not the whole price.

    The library takes a few hundred microseconds a call, most calls are plain products. Others
    have tiers, or a fee for each request.
    """
    from genai_prices import Usage as Tokens  # noqa: PLC0415 - see above
    from genai_prices.types import TieredPrices  # noqa: PLC0415

    entry = identity.entry
    has_tiers = any(isinstance(value, TieredPrices) for value in vars(entry).values())
    has_fee = bool(entry.calc_price(Tokens(input_tokens=0, output_tokens=0))["total_price"])
    if has_tiers or has_fee:
        return None

    def per_token(usage: Tokens) -> Decimal:
        return entry.calc_price(usage)["total_price"] * _NANO / _MILLION

    return _Rates(
        input=per_token(Tokens(input_tokens=_MILLION)),
        output=per_token(Tokens(output_tokens=_MILLION)),
        cache_read=per_token(Tokens(input_tokens=_MILLION, cache_read_tokens=_MILLION)),
        cache_write=per_token(Tokens(input_tokens=_MILLION, cache_write_tokens=_MILLION)),
    )


@lru_cache(maxsize=4096)  # names come from strangers
def _find(provider: str | None, model: str) -> "tuple[ModelInfo, Provider] | None":
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415 - see above

    provider_id = _PROVIDER_ALIASES.get(provider, provider) if provider else None
    for name in (model, model.removeprefix("models/"), model.rpartition("/")[2]):
        try:
            found_provider, info = get_snapshot().find_provider_model(name, None, provider_id, None)
        except LookupError:
            continue
        return info, found_provider
    return None


@cache
def price_source() -> str:
    """Return the name and version of the price table, as costs have it."""
    import genai_prices  # noqa: PLC0415 - see above

    return f"genai-prices {genai_prices.__version__}"

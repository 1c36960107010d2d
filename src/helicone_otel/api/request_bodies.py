"""What Helicone's request endpoints take and give, as its published schemas have it."""

from typing import Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from .helicone_bodies import Body, Flag, Number, RequestFilter

Direction = Literal["asc", "desc"]


class RequestSort(Body):
    """One of these; of equal requests the newest comes first."""

    created_at: Direction | None = None
    latency: Direction | None = None
    time_to_first_token: Direction | None = None
    total_tokens: Direction | None = None
    completion_tokens: Direction | None = None
    prompt_tokens: Direction | None = None
    user_id: Direction | None = None
    body_model: Direction | None = None
    is_cached: Direction | None = None
    request_prompt: Direction | None = None
    response_text: Direction | None = None
    cost: Direction | None = None
    properties: dict[str, Direction] | None = None
    random: Literal[True] | None = None

    @model_validator(mode="after")
    def _has_one_key(self) -> "RequestSort":
        keys = len(self.model_fields_set) + max(0, len(self.properties or {}) - 1)
        if keys > 1:
            message = "Give one key to sort by; of equal requests the newest comes first"
            raise PydanticCustomError("sort", message)
        return self


class RequestQueryParams(Body):
    filter: RequestFilter
    offset: Number = 0
    limit: Number = 10
    sort: RequestSort = RequestSort()
    isCached: Flag | None = None  # noqa: N815 - Helicone's spelling, here and below
    includeInputs: Flag | None = None  # noqa: N815
    isPartOfExperiment: Flag | None = None  # noqa: N815
    isScored: Flag | None = None  # noqa: N815


class RequestIds(Body):
    requestIds: list[str]  # noqa: N815


class HeliconeRequest(Body):
    """One LLM request; times ISO 8601 in UTC, `delay_ms` milliseconds, `cost` USD.

    What spans say nothing about is null, empty or false.
    """

    response_id: str | None
    response_created_at: str | None
    response_body: object
    response_status: int
    response_model: str | None
    request_id: str
    request_created_at: str
    request_body: object
    request_path: str
    request_user_id: str | None
    request_properties: dict[str, str]
    request_model: str | None
    model_override: str | None
    helicone_user: str | None
    provider: str
    delay_ms: int
    time_to_first_token: int
    total_tokens: int
    prompt_tokens: int
    prompt_cache_write_tokens: int
    prompt_cache_read_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    prompt_audio_tokens: int
    completion_audio_tokens: int
    cost: float
    prompt_id: str | None
    prompt_version: str | None
    feedback_created_at: str | None
    feedback_id: str | None
    feedback_rating: bool | None
    signed_body_url: str | None
    llmSchema: object  # noqa: N815
    country_code: str | None
    asset_ids: list[str]
    asset_urls: dict[str, str]
    scores: dict[str, float]
    properties: dict[str, str]
    assets: list[str]
    target_url: str
    model: str
    cache_reference_id: str | None
    cache_enabled: bool
    updated_at: str | None
    request_referrer: str | None
    ai_gateway_body_mapping: str | None
    storage_location: str
    size_bytes: int


class PropertyName(Body):
    property: str

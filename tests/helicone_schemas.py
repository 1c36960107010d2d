"""The published schemas of Helicone's answers, written down from its contract."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, type | tuple[type, ...]]
NUMBER = (int, float)
TEXT_OR_NULL = (str, type(None))
FLAG_OR_NULL = (bool, type(None))

SESSION_RESULT: Schema = {
    "created_at": str,
    "latest_request_created_at": str,
    "session_id": str,
    "session_name": str,
    "avg_latency": NUMBER,
    "total_cost": NUMBER,
    "total_requests": NUMBER,
    "prompt_tokens": NUMBER,
    "completion_tokens": NUMBER,
    "total_tokens": NUMBER,
    "user_ids": list,
}
SESSIONS_AGGREGATE: Schema = {
    "count": NUMBER,
    "total_cost": NUMBER,
    "avg_cost": NUMBER,
    "avg_latency": NUMBER,
    "avg_requests": NUMBER,
}
SESSION_NAME: Schema = {
    "name": str,
    "created_at": str,
    "last_used": str,
    "first_used": str,
    "session_count": NUMBER,
    "avg_latency": NUMBER,
}
SESSION_METRICS: Schema = {
    "session_count": list,
    "session_duration": list,
    "session_cost": list,
    "average": dict,
}
HISTOGRAM_ROW: Schema = {"range_start": str, "range_end": str, "value": NUMBER}

HELICONE_REQUEST: Schema = {
    "response_id": TEXT_OR_NULL,
    "response_created_at": TEXT_OR_NULL,
    "response_body": (dict, list, str),
    "response_status": int,
    "response_model": TEXT_OR_NULL,
    "request_id": str,
    "request_created_at": str,
    "request_body": (dict, list, str),
    "request_path": str,
    "request_user_id": TEXT_OR_NULL,
    "request_properties": dict,
    "request_model": TEXT_OR_NULL,
    "model_override": TEXT_OR_NULL,
    "helicone_user": TEXT_OR_NULL,
    "provider": str,
    "delay_ms": int,
    "time_to_first_token": int,
    "total_tokens": int,
    "prompt_tokens": int,
    "prompt_cache_write_tokens": int,
    "prompt_cache_read_tokens": int,
    "completion_tokens": int,
    "reasoning_tokens": int,
    "prompt_audio_tokens": int,
    "completion_audio_tokens": int,
    "cost": NUMBER,
    "prompt_id": TEXT_OR_NULL,
    "prompt_version": TEXT_OR_NULL,
    "feedback_created_at": TEXT_OR_NULL,
    "feedback_id": TEXT_OR_NULL,
    "feedback_rating": FLAG_OR_NULL,
    "signed_body_url": TEXT_OR_NULL,
    "llmSchema": (dict, type(None)),
    "country_code": TEXT_OR_NULL,
    "asset_ids": list,
    "asset_urls": dict,
    "scores": dict,
    "properties": dict,
    "assets": list,
    "target_url": str,
    "model": str,
    "cache_reference_id": TEXT_OR_NULL,
    "cache_enabled": bool,
    "updated_at": TEXT_OR_NULL,
    "request_referrer": TEXT_OR_NULL,
    "ai_gateway_body_mapping": TEXT_OR_NULL,
    "storage_location": str,
    "size_bytes": int,
}


def check(answer: Any, schema: Schema) -> None:  # noqa: ANN401 - JSON
    """Hold an object against its schema, which allows no more and no less."""
    assert set(answer) == set(schema)
    for name, expected in schema.items():
        value = answer[name]
        assert isinstance(value, expected), (name, value)
        assert not isinstance(value, bool) or expected in (bool, FLAG_OR_NULL), (name, value)

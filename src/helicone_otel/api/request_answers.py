"""LLM requests as Helicone's API answers them."""

from datetime import UTC, datetime
from math import floor

from ..annotate import REQUEST_FEEDBACK
from ..model import AnnotatedRequest, LlmRequest, Message, PartKind, SpanMessages, Usage
from .request_bodies import HeliconeRequest

_NANO, _MILLI = 1_000_000_000, 1_000_000


def helicone_request(found: AnnotatedRequest, messages: SpanMessages) -> HeliconeRequest:
    request, usage = found.request, found.request.usage or Usage()
    properties = _properties(request)
    thumb = found.scores.get(REQUEST_FEEDBACK)
    first_token_ns = request.time_to_first_token_ns or 0
    return HeliconeRequest(
        response_id=request.span_id,
        response_created_at=iso_time(request.end_ns),
        response_body=_response_body(request, messages),
        response_status=request.status,
        response_model=request.response_model,
        request_id=request.request_id,
        request_created_at=iso_time(request.start_ns),
        request_body=_request_body(request, messages),
        request_path="",
        request_user_id=request.user_id,
        request_properties=properties,
        request_model=request.request_model or request.response_model,
        model_override=None,
        helicone_user=None,
        provider=(request.provider or "").upper(),
        delay_ms=(request.end_ns - request.start_ns) // _MILLI,
        time_to_first_token=floor(first_token_ns / _MILLI + 0.5),
        total_tokens=usage.total_tokens,
        prompt_tokens=usage.input_tokens or 0,
        prompt_cache_write_tokens=usage.cache_write_tokens or 0,
        prompt_cache_read_tokens=usage.cache_read_tokens or 0,
        completion_tokens=usage.output_tokens or 0,
        reasoning_tokens=usage.reasoning_tokens or 0,
        prompt_audio_tokens=0,
        completion_audio_tokens=0,
        cost=request.cost.nano_usd / _NANO if request.cost else 0,
        prompt_id=None,
        prompt_version=None,
        feedback_created_at=None,
        feedback_id=None,
        feedback_rating=None if thumb is None else thumb > 0,
        signed_body_url=None,
        llmSchema=None,
        country_code=None,
        asset_ids=[],
        asset_urls={},
        scores=dict(found.scores),
        properties=properties,
        assets=[],
        target_url="",
        model=request.request_model or request.response_model or "unknown",
        cache_reference_id=None,
        cache_enabled=False,
        updated_at=None,
        request_referrer=None,
        ai_gateway_body_mapping=None,
        storage_location="helicone-otel",
        size_bytes=0,
    )


def _request_body(request: LlmRequest, messages: SpanMessages) -> dict[str, object]:
    """Return the request as a chat API takes it; without content if none was captured."""
    return {
        "model": request.request_model or request.response_model,
        "messages": [_chat_message(message) for message in messages.input],
    }


def _response_body(request: LlmRequest, messages: SpanMessages) -> dict[str, object]:
    return {
        "model": request.response_model or request.request_model,
        "choices": [
            {
                "index": index,
                "message": _chat_message(message),
                "finish_reason": message.finish_reason,
            }
            for index, message in enumerate(messages.output)
        ],
    }


def _chat_message(message: Message) -> dict[str, object]:
    texts = [part.text for part in message.parts if part.kind is not PartKind.TOOL_CALL]
    told: dict[str, object] = {"role": message.role, "content": "\n".join(texts) or None}
    calls = [part for part in message.parts if part.kind is PartKind.TOOL_CALL]
    if calls:
        told["tool_calls"] = [
            {
                "id": call.tool_call_id,
                "type": "function",
                "function": {"name": call.tool_name, "arguments": call.text},
            }
            for call in calls
        ]
    answered = next((p for p in message.parts if p.kind is PartKind.TOOL_RESULT), None)
    if answered is not None:
        told["tool_call_id"] = answered.tool_call_id
    return told


def iso_time(time_ns: int) -> str:
    """Return ISO 8601 with milliseconds and `Z`, as JavaScript writes it."""
    moment = datetime.fromtimestamp(time_ns // _NANO, tz=UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_ns % _NANO // _MILLI:03d}Z"


def _properties(request: LlmRequest) -> dict[str, str]:
    session = {
        "Helicone-Session-Id": request.session_id,
        "Helicone-Session-Name": request.session_name or "",
        "Helicone-Session-Path": request.path,
    }
    return {name: text for name, text in session.items() if text} | dict(request.properties)

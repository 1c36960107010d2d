"""Which of the stand-in APIs answers a request: each has URL paths of its own."""

from . import anthropic_api, cohere_api, gemini_api, openai_api
from .replies import Reply

GROQ_PREFIX = "/openai"
"""Groq serves OpenAI's API below it."""


def reply_to(method: str, url_path: str, body: bytes) -> Reply:
    """Answer one request as the provider would whose path it is."""
    match method, url_path.removeprefix(GROQ_PREFIX):
        case "GET", "/v1/models":
            return openai_api.model_list()
        case "POST", anthropic_api.URL_PATH:
            return anthropic_api.reply_to_message(body)
        case "POST", cohere_api.URL_PATH:
            return cohere_api.reply_to_chat(body)
        case "POST", path if path in openai_api.URL_PATHS:
            return openai_api.reply_to_call(path, body)
        case "POST", path if called := gemini_api.URL_PATH.fullmatch(path):
            return gemini_api.reply_to_generate(called["model"], called["method"], body)
        case _:
            return openai_api.invalid_url(method, url_path)

"""A support chatbot: each turn of the user is a trace of its own, all of them one session.

Run it with `opentelemetry-instrument python -m helicone_otel.demo.chatbot`;
the OpenAI SDK reads `OPENAI_BASE_URL` and `OPENAI_API_KEY`.
"""

import os
from collections.abc import Iterable
from uuid import uuid4

from openai import OpenAI
from openai.types.chat import ChatCompletionMessageParam

from helicone_otel import session, step

INSTRUCTIONS = "You are a support agent. Be brief and friendly."
QUESTIONS = ("How do I reset my password?", "I didn't receive the email.")


def main() -> str:
    """Return the answer to the last question."""
    session_id = uuid4()
    answer = ""
    messages: list[ChatCompletionMessageParam] = [{"role": "system", "content": INSTRUCTIONS}]
    with OpenAI() as client:
        for question in QUESTIONS:
            messages.append({"role": "user", "content": question})
            with (
                session("Customer Support", id=session_id, properties={"Topic": "password_reset"}),
                step("question"),
            ):
                answer = _reply(client, messages)
            messages.append({"role": "assistant", "content": answer})
    return answer


def _reply(client: OpenAI, messages: Iterable[ChatCompletionMessageParam]) -> str:
    completion = client.chat.completions.create(
        model=os.environ.get("OPENAI_MODEL", "gpt-4o-mini"), messages=messages
    )
    return completion.choices[0].message.content or ""


if __name__ == "__main__":
    print(main())  # noqa: T201 - a script's output

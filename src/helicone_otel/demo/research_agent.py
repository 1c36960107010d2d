"""A research agent: four LLM calls that build on each other, in one session.

Run it with `opentelemetry-instrument python -m helicone_otel.demo.research_agent`;
the OpenAI SDK reads `OPENAI_BASE_URL` and `OPENAI_API_KEY`.
"""

import os
from uuid import uuid4

from openai import OpenAI

from helicone_otel import session, step

PROPERTIES = {"Environment": "production", "Topic": "quantum_computing"}


def main() -> str:
    """Return the report."""
    with (
        OpenAI() as client,
        session("Research Agent", id=uuid4(), user_id="user-123", properties=PROPERTIES),
        step("research"),
    ):
        research = _ask(client, "Research the topic of quantum computing.")
        with step("extract"):
            facts = _ask(client, f"Extract the key facts from this research:\n\n{research}")
        with step("analyze"):
            analysis = _ask(client, f"Analyze these facts:\n\n{facts}")
            with step("report"):
                return _ask(client, f"Create a report from this analysis:\n\n{analysis}")


def _ask(client: OpenAI, prompt: str) -> str:
    completion = client.chat.completions.create(
        model=os.environ.get("OPENAI_MODEL", "gpt-4o-mini"),
        messages=[{"role": "user", "content": prompt}],
    )
    return completion.choices[0].message.content or ""


if __name__ == "__main__":
    print(main())  # noqa: T201 - a script's output

"""The research agent with Helicone's session headers written by hand: nothing of helicone_otel.

Compare `python -m helicone_otel.demo.research_agent`, which sends the same headers.
"""

import os
from uuid import uuid4

from openai import OpenAI

SESSION_ID = str(uuid4())


def main() -> str:
    """Return the report."""
    with OpenAI() as client:
        research = ask(client, "/research", "Research the topic of quantum computing.")
        facts = ask(
            client,
            "/research/extract",
            f"Extract the key facts from this research:\n\n{research}",
        )
        analysis = ask(client, "/research/analyze", f"Analyze these facts:\n\n{facts}")
        return ask(
            client,
            "/research/analyze/report",
            f"Create a report from this analysis:\n\n{analysis}",
        )


def ask(client: OpenAI, session_path: str, prompt: str) -> str:
    completion = client.chat.completions.create(
        model=os.environ.get("OPENAI_MODEL", "gpt-4o-mini"),
        messages=[{"role": "user", "content": prompt}],
        extra_headers={
            "Helicone-Session-Id": SESSION_ID,
            "Helicone-Session-Path": session_path,
            "Helicone-Session-Name": "Research Agent",
            "Helicone-Property-Environment": "production",
            "Helicone-Property-Topic": "quantum_computing",
            "Helicone-User-Id": "user-123",
        },
    )
    return completion.choices[0].message.content or ""


if __name__ == "__main__":
    print(main())

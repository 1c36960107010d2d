"""The first of two services: it opens the session, asks a model, then asks the backend."""

import os

import httpx2
from openai import OpenAI

from helicone_otel import session, step

BACKEND_URL = os.environ.get("BACKEND_URL", "http://127.0.0.1:8790")


def main() -> str:
    """Return the plan with the backend's suggestions below it."""
    with OpenAI() as client, session("Trip Planning Assistant"), step("plan"):
        plan = ask(client, "Plan three days in Lisbon.")
        # No session header goes to the backend: the traceparent that httpx2's
        # instrumentation adds is all that ties the two processes together.
        sights = httpx2.get(f"{BACKEND_URL}/sights", timeout=30).raise_for_status().text
    return f"{plan}\n\n{sights}"


def ask(client: OpenAI, prompt: str) -> str:
    completion = client.chat.completions.create(
        model=os.environ.get("OPENAI_MODEL", "gpt-4o-mini"),
        messages=[{"role": "user", "content": prompt}],
    )
    return completion.choices[0].message.content or ""


if __name__ == "__main__":
    print(main())

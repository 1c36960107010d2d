"""A nightly job: every document is a session of its own, several at a time, all of one batch."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from openai import OpenAI

from helicone_otel import session, step

DOCUMENTS = {
    "handbook": "Research notes on onboarding.",
    "incident-17": "Research notes on an outage.",
    "survey": "Research notes on a survey.",
}
BATCH = f"{datetime.now(UTC):%Y-%m-%d}"


def main() -> dict[str, str]:
    """Return a summary for each document."""
    with OpenAI() as client, ThreadPoolExecutor(2) as pool:
        summaries = pool.map(lambda name: summarize(client, name), DOCUMENTS)
        return dict(zip(DOCUMENTS, summaries, strict=True))


def summarize(client: OpenAI, name: str) -> str:
    # The id says which run of which document: running the job again starts other sessions.
    run = f"{BATCH}/{os.getpid()}/{name}"
    with session("Document Summaries", id=run, properties={"batch": BATCH, "document": name}):
        with step("index"):
            client.embeddings.create(model="text-embedding-3-small", input=DOCUMENTS[name])
        with step("summarize"):
            completion = client.chat.completions.create(
                model=os.environ.get("OPENAI_MODEL", "gpt-4o-mini"),
                messages=[{"role": "user", "content": f"Extract the facts: {DOCUMENTS[name]}"}],
            )
    return completion.choices[0].message.content or ""


if __name__ == "__main__":
    for document, summary in main().items():
        print(f"{document}: {summary.splitlines()[0]}")

"""A content generator: three variations written in parallel, then one is selected.

The session names no id, so it gets its trace's.
Run it with `opentelemetry-instrument python -m helicone_otel.demo.content_generator`;
the OpenAI SDK reads `OPENAI_BASE_URL` and `OPENAI_API_KEY`.
"""

import asyncio
import os

from openai import AsyncOpenAI

from helicone_otel import session, step

STYLES = {"A": "warm", "B": "matter-of-fact", "C": "witty"}


async def main() -> str:
    """Return the selection."""
    async with AsyncOpenAI() as client:
        with session("Content Generator"), step("generate"):
            variations = await asyncio.gather(
                *(_write(client, letter, style) for letter, style in STYLES.items())
            )
            listed = "\n".join(variations)
            with step("select"):
                return await _ask(client, f"Select the best of these taglines:\n\n{listed}")


async def _write(client: AsyncOpenAI, letter: str, style: str) -> str:
    with step("variation", properties={"Variation": letter}):
        prompt = f"Write variation {letter} of a tagline for an insulated cup. Tone: {style}."
        return f"{letter}: {await _ask(client, prompt)}"


async def _ask(client: AsyncOpenAI, prompt: str) -> str:
    completion = await client.chat.completions.create(
        model=os.environ.get("OPENAI_MODEL", "gpt-4o-mini"),
        messages=[{"role": "user", "content": prompt}],
    )
    return completion.choices[0].message.content or ""


if __name__ == "__main__":
    print(asyncio.run(main()))  # noqa: T201 - a script's output

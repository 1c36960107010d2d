"""An application as there are many: FastAPI, a service, spans of its own, a model. No sessions.

Nothing here is about Helicone: under `opentelemetry-instrument` each request becomes a session, and
the spans that are there anyway become its paths.
"""

import os

import uvicorn
from fastapi import FastAPI
from openai import AsyncOpenAI
from opentelemetry import trace

tracer = trace.get_tracer("travel")
app = FastAPI(title="Travel")


@app.post("/trips/{city}/plan")
async def plan(city: str) -> dict[str, str]:
    """Return a plan for three days, and sights for a rainy one."""
    async with AsyncOpenAI() as client:
        with tracer.start_as_current_span("Travel Agent"):
            days = await ask(client, f"Plan three days in {city}.")
            with tracer.start_as_current_span("find sights"):
                sights = await ask(client, f"Which sights of {city} suit a rainy morning?")
    return {"plan": days, "sights": sights}


async def ask(client: AsyncOpenAI, prompt: str) -> str:
    completion = await client.chat.completions.create(
        model=os.environ.get("OPENAI_MODEL", "gpt-4o-mini"),
        messages=[{"role": "user", "content": prompt}],
    )
    return completion.choices[0].message.content or ""


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ.get("APP_PORT", "8791")), log_level="warning")

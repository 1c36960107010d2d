"""A LangGraph agent whose nodes are the steps of a session."""

import os
from typing import TypedDict
from uuid import uuid4

from langgraph.graph import END, START, StateGraph
from openai import OpenAI

from helicone_otel import session, step


class Work(TypedDict, total=False):
    """What the nodes hand to each other."""

    topic: str
    research: str
    facts: str
    report: str


@step("research")
def research(state: Work) -> Work:
    return {"research": ask(f"Research the topic of {state['topic']}.")}


@step("research/extract")
def extract(state: Work) -> Work:
    return {"facts": ask(f"Extract the key facts from this research:\n\n{state['research']}")}


@step("report")
def report(state: Work) -> Work:
    return {"report": ask(f"Create a report from these facts:\n\n{state['facts']}")}


def ask(prompt: str) -> str:
    with OpenAI() as client:
        completion = client.chat.completions.create(
            model=os.environ.get("OPENAI_MODEL", "gpt-4o-mini"),
            messages=[{"role": "user", "content": prompt}],
        )
    return completion.choices[0].message.content or ""


def main() -> str:
    """Return the report."""
    graph = StateGraph(Work)
    graph.add_node("do research", research)
    graph.add_node("extract facts", extract)
    graph.add_node("write report", report)
    graph.add_edge(START, "do research")
    graph.add_edge("do research", "extract facts")
    graph.add_edge("extract facts", "write report")
    graph.add_edge("write report", END)
    with session("Research Agent", id=uuid4(), user_id="user-123"):
        done = graph.compile().invoke({"topic": "quantum computing"})
    return str(done["report"])


if __name__ == "__main__":
    print(main())

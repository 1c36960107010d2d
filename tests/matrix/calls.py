"""One SDK's calls, made in an environment of its own: `python calls.py URL CASE SETUP`.

The set-up `no code` is run under `opentelemetry-instrument`, which has switched everything on.

Prints a line of JSON for each way of calling: which spans told of it. What arrived, the stand-in
provider's journal says: each call is in a session of its own, named by case, set-up and way.
"""

# ruff: noqa: PLC0415, ANN001, ANN201, ANN202 - each case imports what only its environment has
# mypy: ignore-errors
# The libraries are not there where types are checked.

import asyncio
import inspect
import json
import os
import sys
import traceback
from contextvars import copy_context

WAYS = ("sync", "async", "stream", "async stream")
QUESTION = [{"role": "user", "content": "How do I reset my password?"}]
MODEL = "gpt-4o-mini"


def openai_chat(url):
    from openai import AsyncOpenAI, OpenAI

    options = {"base_url": f"{url}/v1", "api_key": "none", "max_retries": 0}
    asked = {"model": MODEL, "messages": QUESTION}
    usage = {"stream": True, "stream_options": {"include_usage": True}}
    return (
        lambda: OpenAI(**options).chat.completions.create(**asked),
        lambda: AsyncOpenAI(**options).chat.completions.create(**asked),
        lambda: drain(OpenAI(**options).chat.completions.create(**asked, **usage)),
        lambda: adrain(AsyncOpenAI(**options).chat.completions.create(**asked, **usage)),
    )


def openai_responses(url):
    from openai import AsyncOpenAI, OpenAI

    options = {"base_url": f"{url}/v1", "api_key": "none", "max_retries": 0}
    asked = {"model": MODEL, "input": "How do I reset my password?"}
    return (
        lambda: OpenAI(**options).responses.create(**asked),
        lambda: AsyncOpenAI(**options).responses.create(**asked),
        lambda: drain(OpenAI(**options).responses.create(**asked, stream=True)),
        lambda: adrain(AsyncOpenAI(**options).responses.create(**asked, stream=True)),
    )


def anthropic(url):
    from anthropic import Anthropic, AsyncAnthropic

    options = {"base_url": url, "api_key": "none", "max_retries": 0}
    asked = {"model": "claude-9", "max_tokens": 99, "messages": QUESTION}
    return (
        lambda: Anthropic(**options).messages.create(**asked),
        lambda: AsyncAnthropic(**options).messages.create(**asked),
        lambda: drain(Anthropic(**options).messages.create(**asked, stream=True)),
        lambda: adrain(AsyncAnthropic(**options).messages.create(**asked, stream=True)),
    )


def google_genai(url):
    from google import genai

    def client():
        options = {"base_url": url, "api_version": "v1beta"}
        return genai.Client(api_key="none", http_options=options)

    asked = {"model": "gemini-9", "contents": "How do I reset my password?"}
    held = []  # a client that nobody holds closes its connections

    def hold():
        held.append(client())
        return held[-1]

    return (
        lambda: hold().models.generate_content(**asked),
        lambda: hold().aio.models.generate_content(**asked),
        lambda: drain(hold().models.generate_content_stream(**asked)),
        lambda: adrain(hold().aio.models.generate_content_stream(**asked)),
    )


def mistralai(url):
    try:
        from mistralai.client import Mistral
    except ImportError:
        from mistralai import Mistral

    asked = {"model": "mistral-small", "messages": QUESTION}
    held = []

    def chat():
        held.append(Mistral(api_key="none", server_url=url))
        return held[-1].chat

    return (
        lambda: chat().complete(**asked),
        lambda: chat().complete_async(**asked),
        lambda: drain(chat().stream(**asked)),
        lambda: adrain(chat().stream_async(**asked)),
    )


def groq(url):
    from groq import AsyncGroq, Groq

    options = {"base_url": url, "api_key": "none", "max_retries": 0}
    asked = {"model": "llama-9", "messages": QUESTION}
    return (
        lambda: Groq(**options).chat.completions.create(**asked),
        lambda: AsyncGroq(**options).chat.completions.create(**asked),
        lambda: drain(Groq(**options).chat.completions.create(**asked, stream=True)),
        lambda: adrain(AsyncGroq(**options).chat.completions.create(**asked, stream=True)),
    )


def cohere(url):
    from cohere import AsyncClientV2, ClientV2

    options = {"base_url": url, "api_key": "none"}
    asked = {"model": "command-9", "messages": QUESTION}
    return (
        lambda: ClientV2(**options).chat(**asked),
        lambda: AsyncClientV2(**options).chat(**asked),
        lambda: drain(ClientV2(**options).chat_stream(**asked)),
        lambda: adrain(AsyncClientV2(**options).chat_stream(**asked)),
    )


def litellm(url):
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm as library

    asked = {
        "model": f"openai/{MODEL}",
        "messages": QUESTION,
        "api_base": f"{url}/v1",
        "api_key": "none",
        "num_retries": 0,
    }
    usage = {"stream": True, "stream_options": {"include_usage": True}}
    return (
        lambda: library.completion(**asked),
        lambda: library.acompletion(**asked),
        lambda: drain(library.completion(**asked, **usage)),
        lambda: adrain(library.acompletion(**asked, **usage)),
    )


def langchain_openai(url):
    from langchain_openai import ChatOpenAI

    def model():
        return ChatOpenAI(
            model=MODEL, base_url=f"{url}/v1", api_key="none", max_retries=0, stream_usage=True
        )

    asked = "How do I reset my password?"
    return (
        lambda: model().invoke(asked),
        lambda: model().ainvoke(asked),
        lambda: drain(model().stream(asked)),
        lambda: adrain(model().astream(asked)),
    )


def langgraph(url):
    from langchain_openai import ChatOpenAI
    from langgraph.graph import END, START, MessagesState, StateGraph

    def model():
        return ChatOpenAI(model=MODEL, base_url=f"{url}/v1", api_key="none", max_retries=0)

    def answer(state):
        return {"messages": [model().invoke(state["messages"])]}

    async def answer_async(state):
        return {"messages": [await model().ainvoke(state["messages"])]}

    def graph(node):
        built = StateGraph(MessagesState)
        built.add_node("answer", node)
        built.add_edge(START, "answer")
        built.add_edge("answer", END)
        return built.compile()

    asked = {"messages": QUESTION}
    return (
        lambda: graph(answer).invoke(asked),
        lambda: graph(answer_async).ainvoke(asked),
        lambda: drain(graph(answer).stream(asked)),
        lambda: adrain(graph(answer_async).astream(asked)),
    )


def pydantic_ai(url):
    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    def agent():
        provider = OpenAIProvider(base_url=f"{url}/v1", api_key="none")
        return Agent(OpenAIChatModel(MODEL, provider=provider))

    async def stream():
        async with agent().run_stream("How do I reset my password?") as run:
            async for _ in run.stream_text():
                pass

    return (
        lambda: agent().run_sync("How do I reset my password?"),
        lambda: agent().run("How do I reset my password?"),
        None,
        stream,
    )


def openai_agents(url):
    from agents import (
        Agent,
        OpenAIChatCompletionsModel,
        Runner,
        set_tracing_disabled,
    )
    from openai import AsyncOpenAI

    set_tracing_disabled(True)

    def agent():
        client = AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)
        model = OpenAIChatCompletionsModel(model=MODEL, openai_client=client)
        return Agent(name="Support", instructions="Be brief.", model=model)

    async def stream():
        run = Runner.run_streamed(agent(), "How do I reset my password?")
        async for _ in run.stream_events():
            pass

    return (
        lambda: Runner.run_sync(agent(), "How do I reset my password?"),
        lambda: Runner.run(agent(), "How do I reset my password?"),
        None,
        stream,
    )


def llama_index(url):
    from llama_index.core.llms import ChatMessage
    from llama_index.llms.openai import OpenAI

    model = OpenAI(model=MODEL, api_base=f"{url}/v1", api_key="none", max_retries=0)
    asked = [ChatMessage(role="user", content="How do I reset my password?")]
    return (
        lambda: model.chat(asked),
        lambda: model.achat(asked),
        lambda: drain(model.stream_chat(asked)),
        lambda: adrain(model.astream_chat(asked)),
    )


def beside_logfire(url):
    import logfire

    logfire.configure(send_to_logfire=False, console=False, inspect_arguments=False)
    # Where there was a global provider, Logfire keeps its own beside it.
    observe(logfire.DEFAULT_LOGFIRE_INSTANCE.config.get_tracer_provider())
    logfire.instrument_openai()
    return openai_chat(url)


def beside_traceloop(url):
    os.environ["TRACELOOP_TELEMETRY"] = "false"
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    from traceloop.sdk import Traceloop

    Traceloop.init(app_name="matrix", disable_batch=True, exporter=InMemorySpanExporter())
    observe_global()
    return openai_chat(url)


def beside_langfuse(url):
    os.environ |= {
        "LANGFUSE_PUBLIC_KEY": "pk-lf-none",
        "LANGFUSE_SECRET_KEY": "sk-lf-none",
        "LANGFUSE_BASE_URL": "http://127.0.0.1:9",
        "LANGFUSE_HOST": "http://127.0.0.1:9",
    }
    from langfuse import get_client
    from langfuse.openai import AsyncOpenAI, OpenAI

    get_client()
    observe_global()
    options = {"base_url": f"{url}/v1", "api_key": "none", "max_retries": 0}
    asked = {"model": MODEL, "messages": QUESTION}
    usage = {"stream": True, "stream_options": {"include_usage": True}}
    return (
        lambda: OpenAI(**options).chat.completions.create(**asked),
        lambda: AsyncOpenAI(**options).chat.completions.create(**asked),
        lambda: drain(OpenAI(**options).chat.completions.create(**asked, **usage)),
        lambda: adrain(AsyncOpenAI(**options).chat.completions.create(**asked, **usage)),
    )


def beside_openlit(url):
    import openlit

    openlit.init(otlp_endpoint="http://127.0.0.1:9", disable_metrics=True, disable_batch=False)
    observe_global()
    return openai_chat(url)


def requests(url):
    import requests as library
    from opentelemetry.instrumentation.requests import RequestsInstrumentor

    propagate_headers()
    RequestsInstrumentor().instrument(tracer_provider=OBSERVED["provider"])
    body = {"model": MODEL, "messages": QUESTION}
    return (
        lambda: library.post(f"{url}/v1/chat/completions", json=body, timeout=9).raise_for_status(),
        None,
        None,
        None,
    )


def urllib3(url):
    import urllib3 as library
    from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor

    propagate_headers()
    URLLib3Instrumentor().instrument(tracer_provider=OBSERVED["provider"])
    body = {"model": MODEL, "messages": QUESTION}
    return (
        lambda: library.PoolManager().request("POST", f"{url}/v1/chat/completions", json=body),
        None,
        None,
        None,
    )


def aiohttp(url):
    import aiohttp as library
    from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor

    propagate_headers()
    AioHttpClientInstrumentor().instrument(tracer_provider=OBSERVED["provider"])
    body = {"model": MODEL, "messages": QUESTION}

    async def post():
        async with (
            library.ClientSession() as client,
            client.post(f"{url}/v1/chat/completions", json=body) as response,
        ):
            await response.read()

    return None, post, None, None


def google_genai_on_aiohttp(url):
    from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor

    propagate_headers()
    AioHttpClientInstrumentor().instrument(tracer_provider=OBSERVED["provider"])
    return google_genai(url)


LOOP = asyncio.Runner()
"""One for all calls: some libraries keep their connections from one call to the next."""
OBSERVED = {}
"""The provider whose spans are looked at, and where they are kept."""


def observe(provider):
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    OBSERVED.update(provider=provider, exporter=exporter)


def observe_global():
    from opentelemetry import trace

    observe(trace.get_tracer_provider())


def propagate_headers():
    from opentelemetry import propagate

    from helicone_otel.client.propagator import HeliconePropagator

    propagate.set_global_textmap(HeliconePropagator())


def drain(items):
    for _ in items:
        pass


async def adrain(items):
    if inspect.isawaitable(items):
        items = await items
    async for _ in items:
        pass


def call(case, setup, way, action):
    """Make one call in a session of its own; return what its spans say."""
    from helicone_otel import session, step

    if OBSERVED:
        OBSERVED["exporter"].clear()
    with session("Matrix", id=f"{case}/{setup}/{way}"), step("call"):
        made = action()
        if inspect.isawaitable(made):
            LOOP.run(finish(made), context=copy_context())
    return spans_of_calls()


async def finish(made):
    return await made


def spans_of_calls():
    if not OBSERVED:
        return {"ours": 0, "theirs": 0, "with_usage": False}
    from helicone_otel.client.live_spans import is_own_llm_span, stands_for_llm_call

    ended = OBSERVED["exporter"].get_finished_spans()
    spans = [span for span in ended if stands_for_llm_call(span)]
    usage = ("output_tokens", "completion_tokens", "usage_details", "token_count")
    return {
        "ours": sum(is_own_llm_span(span) for span in spans),
        "theirs": sum(not is_own_llm_span(span) for span in spans),
        "with_usage": any(word in str(span.attributes) for span in spans for word in usage),
    }


def main():
    url, case, setup = sys.argv[1:]
    import helicone_otel

    if setup != "no SDK" and not case.startswith("beside "):
        if setup != "no code":
            from opentelemetry import trace
            from opentelemetry.sdk.trace import TracerProvider

            trace.set_tracer_provider(TracerProvider())
        observe_global()
    if setup not in {"after", "no code"}:
        helicone_otel.instrument(hosts=[url], http_spans=setup == "http spans")
    actions = globals()[case.replace(" ", "_").replace("-", "_")](url)
    if setup == "after":
        helicone_otel.instrument(hosts=[url])
    for way, action in zip(WAYS, actions, strict=True):
        if action is None:
            continue
        try:
            result = call(case, setup, way, action)
        except Exception as error:  # noqa: BLE001 - the matrix shows it
            traceback.print_exc()
            result = {"error": type(error).__name__}
        print(json.dumps({"case": case, "setup": setup, "way": way, **result}), flush=True)  # noqa: T201 - the result
    os._exit(0)  # some SDKs keep threads that wait for hosts that are not there


if __name__ == "__main__":
    main()

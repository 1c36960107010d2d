"""`session()` and `step()` as blocks and decorators: references, spans, nesting."""

import asyncio
import inspect
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from helicone_otel import SessionReference, current_session, session, step
from helicone_otel.session_reference import session_id_of_trace

pytestmark = pytest.mark.usefixtures("instrumented")


def current() -> SessionReference:
    reference = current_session()
    assert reference is not None
    return reference


def by_name(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in exporter.get_finished_spans()}


def attributes(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})


def test_a_session_is_one_internal_span_at_the_root_path(exporter: InMemorySpanExporter) -> None:
    with session("Chat", id="1", user_id="u", properties={"Topic": "x"}) as reference:
        assert reference == current_session()
    (span,) = exporter.get_finished_spans()
    assert (span.name, span.kind) == ("Chat", SpanKind.INTERNAL)
    assert attributes(span) == {
        "helicone.session.id": "1",
        "session.id": "1",
        "helicone.session.path": "/",
        "helicone.session.name": "Chat",
        "helicone.user.id": "u",
        "user.id": "u",
        "helicone.property.topic": "x",
    }


def test_a_session_without_id_has_that_of_its_trace_and_does_not_write_it(
    exporter: InMemorySpanExporter,
) -> None:
    with session("Chat") as reference:
        trace_id = trace.get_current_span().get_span_context().trace_id
    assert reference.id == session_id_of_trace(f"{trace_id:032x}")
    assert attributes(exporter.get_finished_spans()[0]) == {
        "helicone.session.path": "/",
        "helicone.session.name": "Chat",
    }


@pytest.mark.parametrize(
    ("pieces", "path"),
    [
        (["a"], "/a"),
        (["a", "b"], "/a/b"),
        (["a/b", "/c/"], "/a/b/c"),
        (["Extract Facts"], "/Extract Facts"),
        (["a", "a"], "/a/a"),
    ],
)
def test_steps_add_up_to_a_path(
    pieces: list[str], path: str, exporter: InMemorySpanExporter
) -> None:
    blocks = [session("Chat"), *map(step, pieces)]
    for block in blocks:
        block.__enter__()
    reached = current().path
    for block in reversed(blocks):
        block.__exit__(None, None, None)
    innermost = exporter.get_finished_spans()[0]
    assert reached == attributes(innermost)["helicone.session.path"] == path


def test_spans_of_the_application_are_steps_too(instrumented: TracerProvider) -> None:
    tracer = instrumented.get_tracer("app")
    with session("Chat"), step("plan"), tracer.start_as_current_span("Look up!"):
        assert current().path == "/plan/Look-up"
        with tracer.start_as_current_span("Look up?"):
            assert current().path == "/plan/Look-up"
            with step("rank"):
                assert current().path == "/plan/Look-up/rank"


@pytest.mark.parametrize(
    ("scope", "kind"),
    [
        ("app", SpanKind.CLIENT),
        ("app", SpanKind.PRODUCER),
        ("app", SpanKind.SERVER),
        ("opentelemetry.instrumentation.genai.openai", SpanKind.INTERNAL),
        ("openinference.instrumentation.langchain", SpanKind.INTERNAL),
        ("opentelemetry.instrumentation.httpx", SpanKind.CLIENT),
    ],
)
def test_other_spans_are_no_steps(scope: str, kind: SpanKind, instrumented: TracerProvider) -> None:
    tracer = instrumented.get_tracer(scope)
    with session("Chat"), step("plan"), tracer.start_as_current_span("chat", kind=kind):
        assert current().path == "/plan"


def test_spans_below_get_the_session_but_no_path(
    instrumented: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    with session("Chat", id="1", properties={"x": "y"}), step("plan"):
        instrumented.get_tracer("app").start_span("inner").end()
    assert attributes(by_name(exporter)["inner"]) == {
        "helicone.session.id": "1",
        "session.id": "1",
        "helicone.session.name": "Chat",
        "helicone.property.x": "y",
    }


def test_what_a_span_says_itself_stays(
    instrumented: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    own: dict[str, str | int] = {"session.id": "own", "user.id": "me", "helicone.property.x": 1}
    with session("Chat", id="1", user_id="u", properties={"x": "y", "z": "z"}):
        instrumented.get_tracer("app").start_span("inner", attributes=own).end()
    assert attributes(by_name(exporter)["inner"]) == {**own, "helicone.property.z": "z"}


def test_a_nested_session_without_id_is_a_step_of_the_enclosing_one(
    exporter: InMemorySpanExporter,
) -> None:
    with session("Outer", id="1"), session("Inner") as reference:
        assert reference == SessionReference.of(id="1", name="Outer", path="/Inner")
    assert attributes(by_name(exporter)["Inner"])["helicone.session.name"] == "Outer"


def test_a_nested_session_with_an_id_is_another_one() -> None:
    with session("Outer", id="1", user_id="u"), step("a"):
        with session("Inner", id="2") as inner:
            assert inner == SessionReference.of(id="2", name="Inner", path="/", user_id="u")
        assert current() == SessionReference.of(id="1", name="Outer", path="/a", user_id="u")
    assert current_session() is None


def test_a_path_may_be_given() -> None:
    with session("Chat", path="/turns/"), step("a"):
        assert current().path == "/turns/a"


def test_steps_add_properties_and_may_name_another_user() -> None:
    with session("Chat", user_id="u", properties={"a": 1, "b": None}):
        with step("x", user_id="v", properties={"a": "2", "c": True}):
            assert current().properties == {"a": "2", "c": "True"}
            assert current().user_id == "v"
        assert current().properties == {"a": "1"}


def test_an_id_may_be_a_uuid() -> None:
    with session("Chat", id=UUID(int=7)) as reference:
        assert reference.id == "00000000-0000-0000-0000-000000000007"


def test_a_step_outside_any_session_is_in_that_of_its_trace(
    exporter: InMemorySpanExporter,
) -> None:
    with step("plan") as reference:
        assert current() == SessionReference.of(id=reference.id, path="/plan", name="plan")
    assert attributes(exporter.get_finished_spans()[0]) == {"helicone.session.path": "/plan"}


def test_a_span_alone_is_a_session_too(instrumented: TracerProvider) -> None:
    start = instrumented.get_tracer("app").start_as_current_span
    with start("handle request") as root, start("plan"):
        assert current() == SessionReference.of(
            id=session_id_of_trace(f"{root.get_span_context().trace_id:032x}"),
            name="handle request",
            path="/handle-request/plan",
        )


def test_a_server_span_is_a_step_if_nothing_is_above_it(instrumented: TracerProvider) -> None:
    start = instrumented.get_tracer("app").start_as_current_span
    route = {"http.route": "/chat/{id}"}
    with start("GET", kind=SpanKind.SERVER, attributes=route), start("plan"):
        assert current().path == "/chat-id/plan"
        assert current().name is None
        with start("GET", kind=SpanKind.SERVER, attributes=route):
            assert current().path == "/chat-id/plan"


def test_each_call_of_a_decorated_function_has_its_own_session() -> None:
    @session("Chat")
    def chat(turn: int) -> tuple[int, str | None]:
        """Talk."""
        return turn, current().id

    (one, first_id), (two, second_id) = chat(1), chat(turn=2)
    assert (one, two) == (1, 2)
    assert first_id != second_id
    assert (chat.__name__, chat.__doc__) == ("chat", "Talk.")
    assert list(inspect.signature(chat).parameters) == ["turn"]


def test_concurrent_calls_of_a_decorated_coroutine_do_not_mix() -> None:
    @session("Chat")
    async def chat(number: int) -> tuple[str | None, str | None]:
        with step(str(number)):
            before = current()
            await barrier.wait()
            assert current() == before
            return before.id, before.path

    async def main() -> list[tuple[str | None, str | None]]:
        return await asyncio.gather(*(chat(number) for number in range(5)))

    barrier = asyncio.Barrier(5)
    results = asyncio.run(main())
    assert inspect.iscoroutinefunction(chat)
    assert [path for _, path in results] == [f"/{number}" for number in range(5)]
    assert len({session_id for session_id, _ in results}) == 5


def test_one_block_may_be_open_in_several_tasks_at_once(exporter: InMemorySpanExporter) -> None:
    async def chat(number: int) -> None:
        async with shared:
            await barriers[number].wait()

    async def main() -> None:
        first, second = asyncio.create_task(chat(0)), asyncio.create_task(chat(1))
        for barrier in barriers:
            await barrier.wait()
        await asyncio.gather(first, second)

    shared = session("Chat")
    barriers = asyncio.Barrier(2), asyncio.Barrier(2)
    asyncio.run(main())
    assert len({span.context.trace_id for span in exporter.get_finished_spans()}) == 2


def test_threads_have_sessions_of_their_own() -> None:
    @session("Chat")
    def chat(_number: int) -> str | None:
        with step("a"):
            assert current().path == "/a"
            return current().id

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(chat, range(20)))) == 20


def test_an_exception_passes_and_marks_the_span(exporter: InMemorySpanExporter) -> None:
    error = ValueError("no")
    with pytest.raises(ValueError, match="no") as caught, session("Chat"), step("plan"):
        raise error
    assert caught.value is error
    for span in exporter.get_finished_spans():
        assert (span.status.status_code, span.status.description) == (
            StatusCode.ERROR,
            "ValueError: no",
        )
        assert [event.name for event in span.events] == ["exception"]


def test_an_exception_that_cannot_be_printed_passes(exporter: InMemorySpanExporter) -> None:
    class Unprintable(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    with pytest.raises(Unprintable), session("Chat"):
        raise Unprintable
    assert len(exporter.get_finished_spans()) == 1


def test_a_secret_in_an_exception_never_reaches_a_span(exporter: InMemorySpanExporter) -> None:
    secret = "sk-" + "a1" * 20
    with pytest.raises(ValueError, match=secret), session("Chat"):
        raise ValueError(f"Incorrect API key provided: {secret}")
    (span,) = exporter.get_finished_spans()
    assert "Incorrect API key" in (span.status.description or "")
    assert secret not in span.to_json()


def test_a_broken_tracer_stops_neither_work_nor_session(
    instrumented: TracerProvider, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(SpanProcessor):
        def on_start(self, span: Span, parent_context: Context | None = None) -> None:
            raise RuntimeError(span, parent_context)

    instrumented.add_span_processor(Broken())
    with session("Chat", id="1"), step("plan") as reference:
        assert reference == current() == SessionReference.of(id="1", name="Chat", path="/plan")
    assert caplog.text.count("Opening a span failed") == 1


def test_cancellation_is_no_error(exporter: InMemorySpanExporter) -> None:
    with pytest.raises(asyncio.CancelledError), session("Chat"):
        raise asyncio.CancelledError
    assert exporter.get_finished_spans()[0].status.status_code is StatusCode.UNSET


def test_a_forgotten_name_is_refused() -> None:
    def chat() -> None: ...

    with pytest.raises(TypeError, match="take a name"):
        session(chat)  # type: ignore[arg-type] # the mistake under test

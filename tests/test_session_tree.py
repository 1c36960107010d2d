"""Numbers and trees from requests."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from builders import NANO, TRACE, chat, facts, llm_request, span_id
from helicone_otel.mapping import resolve
from helicone_otel.model import Kind, SpanFacts, Usage
from helicone_otel.session_tree import PathNode, path_tree, slices_of, total

paths = st.lists(st.sampled_from("abc"), max_size=3).map(lambda pieces: "/" + "/".join(pieces))


def folders(node: PathNode) -> dict[str, int]:
    found = {node.path: len(node.requests)}
    for child in node.children:
        found |= folders(child)
    return found


def test_levels_between_are_made_and_requests_stay_on_their_own_path() -> None:
    tree = path_tree([llm_request("/a/b/c"), llm_request("/a"), llm_request("/a")])
    assert folders(tree) == {"/": 0, "/a": 2, "/a/b": 0, "/a/b/c": 1}
    assert tree.totals.requests == 3


def test_folders_stand_in_the_order_of_their_first_request() -> None:
    tree = path_tree([llm_request("/late", number=9), llm_request("/early", number=1)])
    assert [child.segment for child in tree.children] == ["early", "late"]


@given(st.lists(paths, max_size=20))
def test_every_request_is_in_the_tree_once_and_folders_add_up(of: list[str]) -> None:
    requests = [llm_request(path) for path in of]
    tree = path_tree(requests)
    assert sum(folders(tree).values()) == len(requests)
    assert tree.totals == total(requests)
    for node in (tree, *tree.children):
        below = sum(child.totals.cost_nano_usd for child in node.children)
        own = sum(request.cost.nano_usd for request in node.requests if request.cost)
        assert node.totals.cost_nano_usd == below + own


def test_a_folder_knows_its_name_and_its_path() -> None:
    (outer,) = path_tree([llm_request("/UX/copy")]).children
    (inner,) = outer.children
    assert (outer.segment, outer.path) == ("UX", "/UX")
    assert (inner.segment, inner.path) == ("copy", "/UX/copy")


def test_numbers_are_summed_over_requests() -> None:
    first, second = llm_request("/", number=1), llm_request("/", number=3)
    silent = replace(second, usage=Usage(), start_ns=2 * NANO, end_ns=9 * NANO, failed=True)
    totals = total([first, second, silent])
    assert (totals.requests, totals.failed_requests) == (3, 1)
    assert (totals.input_tokens, totals.output_tokens) == (20, 10)
    assert totals.latency_ns == 8 * NANO
    assert (totals.first_request_start_ns, totals.last_request_start_ns) == (NANO, 3 * NANO)
    assert totals.last_request_end_ns == 9 * NANO


def test_what_is_not_known_is_counted_and_left_out() -> None:
    totals = total([llm_request("/", nano_usd=5), llm_request("/", nano_usd=None)])
    assert (totals.cost_nano_usd, totals.unpriced_requests) == (5, 1)
    unknown = replace(llm_request("/"), usage=None)
    assert total([unknown, unknown]).requests_without_usage == 2


def test_a_trace_of_two_sessions_has_a_slice_for_each() -> None:
    trace = resolve(
        [
            facts(1, kind=Kind.SERVER, name="chat"),
            facts(2, 1, session="a", session_name="A"),
            facts(3, 2, kind=Kind.LLM, call=chat(nano_usd=2)),
            facts(4, 1, session="b"),
            facts(5, 4, kind=Kind.LLM, call=chat(nano_usd=3)),
        ]
    )
    slices = {piece.session_id: piece for piece in slices_of(trace)}
    assert {key: piece.totals.cost_nano_usd for key, piece in slices.items()} == {"a": 2, "b": 3}
    assert (slices["a"].explicit_name, slices["b"].explicit_name) == ("A", None)


def test_a_slice_tells_when_and_where_its_session_was_named() -> None:
    trace = resolve(
        [
            facts(1, session="s", name="root", end_ns=90 * NANO),
            facts(2, 1, session_name="First"),
            facts(3, 1, session_name="Second"),
            facts(4, 99, session="s"),
            facts(5, 98, session="s"),
        ]
    )
    (piece,) = slices_of(trace)
    assert (piece.trace_id, piece.spans, piece.missing_parents) == (TRACE, 5, 2)
    assert (piece.start_ns, piece.end_ns) == (NANO, 90 * NANO)
    named = (piece.explicit_name, piece.explicit_name_start_ns, piece.explicit_name_span_id)
    assert named == ("First", 2 * NANO, span_id(2))
    fallback = (piece.fallback_name, piece.fallback_name_start_ns, piece.fallback_name_span_id)
    assert fallback == ("root", NANO, span_id(1))


def test_a_slice_of_an_unnamed_session_names_no_span() -> None:
    (piece,) = slices_of(resolve([facts(1, session="s")]))
    assert (piece.explicit_name, piece.explicit_name_start_ns) == (None, 0)
    assert piece.explicit_name_span_id == ""


def test_a_slice_has_the_name_that_its_requests_inherit() -> None:
    trace = resolve(
        [
            facts(1, session_name="Inherited"),
            facts(2, 1, session="a"),
            facts(3, 2, kind=Kind.LLM),
            facts(4, 1, session="b"),
        ]
    )
    slices = {piece.session_id: piece.explicit_name for piece in slices_of(trace)}
    names = {request.session_id: request.session_name for request in trace.requests}
    assert slices == {"a": "Inherited", "b": "Inherited"}
    assert names == {"a": "Inherited"}


def test_a_name_that_nobody_gave_is_as_clean_as_a_given_one() -> None:
    call = facts(9, 1, kind=Kind.LLM)
    assert fallback(facts(1, name="nightly\r\nbatch\0"), call) == "nightly batch"
    assert len(fallback(facts(1, name="n" * 8000), call).encode()) == 512
    assert fallback(facts(1, name="x", fallback_name="\t"), call) == "x"
    assert fallback(facts(1, kind=Kind.LLM, service_name="my\x1bshop")) == "my shop"


def fallback(*spans: SpanFacts) -> str:
    (piece,) = slices_of(resolve(spans))
    return piece.fallback_name


def test_an_unnamed_session_is_called_after_its_earliest_root() -> None:
    call = facts(9, 1, kind=Kind.LLM)
    assert fallback(facts(1, name="nightly batch"), call) == "nightly batch"
    assert fallback(facts(1, name="x", fallback_name="Planner"), call) == "Planner"
    assert fallback(facts(1, name="POST", service_name="shop"), call) == "shop"
    assert fallback(facts(1, kind=Kind.LLM, service_name="shop")) == "shop"
    assert fallback(facts(1, kind=Kind.LLM, service_name="unknown_service:python")) == ""
    assert fallback(facts(1, kind=Kind.LLM)) == ""
    assert fallback(facts(1, kind=Kind.LLM, service_name="\t")) == ""
    assert fallback(facts(1, name="\t"), call) == ""


def test_a_child_that_starts_before_its_parent_is_no_root() -> None:
    parent, child = facts(1, name="root", start_ns=10 * NANO), facts(2, 1, start_ns=5 * NANO)
    assert fallback(parent, child, facts(9, 2, kind=Kind.LLM)) == "root"

"""Sections 4 and 5: in which session and on which path every span is, and under whose name."""

from collections.abc import Sequence

from helicone_otel.session_reference import session_id_of_trace

from .calls import Call, Calls
from .explicit_sessions import ExplicitSessions
from .properties import merge
from .saying import BOUNDARY_KINDS, Claim, Said

_STEPS = BOUNDARY_KINDS | {"step"}


class Places:
    """Where spans are; a call is where the strongest reference among its spans says."""

    def __init__(self, calls: Calls, explicit: ExplicitSessions, implicit: str) -> None:
        self._calls, self._explicit, self._implicit = calls, explicit, implicit
        self._structure, self._forest = calls.structure, calls.forest
        self._rest: dict[str, str | None] = {}

    def kind(self, said: Said) -> str:
        return self._structure.kind(said)

    # sessions

    def session(self, said: Said) -> str | None:
        claim = self._explicit.claim(said)
        return claim.session_id if claim else self._session_of_the_rest(said.trace_id)

    def claim(self, said: Said) -> Claim | None:
        return self._explicit.claim(said)

    def session_of_event(self, trace_id: str) -> str | None:
        """Return the session of a counted log record of a trace whose span is not here."""
        ids = self._explicit.ids(trace_id)
        if len(ids) == 1:
            return next(iter(ids))
        if self._implicit == "none":
            return None
        return session_id_of_trace(trace_id if ids else self._continued_trace(trace_id))

    def _session_of_the_rest(self, trace_id: str) -> str | None:
        """Rules 4 to 6, for what nothing on or above it assigns."""
        if trace_id not in self._rest:
            self._rest[trace_id] = self._work_out_rest(trace_id)
        return self._rest[trace_id]

    def _work_out_rest(self, trace_id: str) -> str | None:
        if self._implicit == "none":
            return None
        placed = [self.span_of(call) for call in self._calls.calls]
        has_call = any(
            said.trace_id == trace_id and not self._explicit.is_assigned(said) for said in placed
        )
        if self._explicit.ids(trace_id):  # two or more, or each span would be assigned
            return session_id_of_trace(trace_id) if has_call else None
        if has_call or self._implicit == "all":
            return session_id_of_trace(self._continued_trace(trace_id))
        return None

    def _continued_trace(self, trace_id: str) -> str:
        """Follow links from root to trace as long as nobody names a session there."""
        walked = [trace_id]
        while (linked := self._linked_trace(walked[-1])) is not None:
            if linked in walked:
                return min(walked[walked.index(linked) :])
            walked.append(linked)
        return walked[-1]

    def _linked_trace(self, trace_id: str) -> str | None:
        roots = [said for said in self._forest.trace(trace_id) if not self._forest.parent(said)]
        if not roots:
            return None
        linked = {other for other in roots[0].span.linked_trace_ids if other != trace_id}
        if len(linked) != 1 or self._explicit.ids(next(iter(linked))):
            return None
        return linked.pop()

    # where a call is

    def span_of(self, call: Call) -> Said:
        """Return the span that says where *call* is: the strongest, else the outermost."""

        def rank(said: Said) -> tuple[int, bool]:
            claim = self._explicit.claim(said)
            return (claim.strength if claim else 0, self._own_path(said) is not None)

        return max(reversed(call.members), key=rank)

    # paths

    def path(self, said: Said) -> str:
        own = self._own_path(said)
        if own is not None:
            return own
        lineage = [said]  # the run of ancestors that share the session, nearest first
        for above in self._forest.ancestors(said):
            if self.session(above) != self.session(said):
                break
            lineage.append(above)
        path, leads = "/", False
        for member in reversed(lineage):
            if member.path is not None:
                path, leads = member.path, True
            elif self._adds_segment(member, leads=leads):
                path, leads = _extended(path, member.segment or ""), True
        return path

    def _own_path(self, said: Said) -> str | None:
        sent = self._referring(said)
        return said.path or (sent.path if sent else None)

    def _adds_segment(self, said: Said, *, leads: bool) -> bool:
        kind = self._structure.kind(said)
        if said.segment is None:
            return False
        return kind in _STEPS or (kind == "server" and not leads)

    def _referring(self, said: Said) -> Said | None:
        """Return the transport span whose headers speak for the call of *said*."""
        if self._structure.kind(said) != "llm":
            return None
        saying = [
            sent
            for sent in self._structure.transports(said)
            if sent.path or sent.session_name or sent.user_id or sent.properties
        ]
        return max(saying, key=lambda sent: (sent.end_ns, sent.span_id), default=None)

    # name, user, properties

    def name(self, said: Said) -> str | None:
        """Return the explicit name on *said* or above it in its session."""
        found = [speaker.session_name for speaker in self._near(said)]
        session = self.session(said)
        for above in self._forest.ancestors(said):
            if self.session(above) not in (session, None):
                break  # from here on it is another session's name
            found.append(above.session_name)
            if self.session(above) is None:
                session = None
        return _first(found)

    def user_id(self, said: Said) -> str | None:
        return _first([speaker.user_id for speaker in self._speakers(said)])

    def properties(self, said: Said) -> dict[str, str]:
        return merged_properties(self._speakers(said))

    def _near(self, said: Said) -> list[Said]:
        sent = self._referring(said)
        return [said, *([sent] if sent else [])]

    def _speakers(self, said: Said) -> list[Said]:
        return [*self._near(said), *self._forest.ancestors(said)]

    def name_of(self, call: Call) -> str | None:
        near = [speaker.session_name for speaker in self._near(call.counted)]
        return _first([*near, self.name(self.span_of(call))])

    def user_id_of(self, call: Call) -> str | None:
        near = [speaker.user_id for speaker in self._near(call.counted)]
        return _first([*near, self.user_id(self.span_of(call))])

    def properties_of(self, call: Call) -> dict[str, str]:
        return merged_properties([*self._near(call.counted), *self._speakers(self.span_of(call))])


def merged_properties(nearest_first: Sequence[Said]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for speaker in reversed(nearest_first):
        merged = merge(merged, speaker.properties)
    return merged


def _extended(path: str, piece: str) -> str:
    pieces = [part for part in path.split("/") if part]
    longer = "/" + "/".join([*pieces, piece])
    fits = len(pieces) < 64 and len(longer.encode()) <= 2048
    return longer if fits and pieces[-1:] != [piece] else path


def _first(values: Sequence[str | None]) -> str | None:
    return next((value for value in values if value is not None), None)

"""The session mapping page in the slowest, most obvious Python: what the fast path must equal.

Every question is answered for one span at a time by walking up or over all spans, as the page
says it. Nothing of the code under test is used but the values it takes and the path rules.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from helicone_otel.model import Kind, SpanFacts, Strength
from helicone_otel.session_reference import session_id_of_trace

BOUNDARIES = {Kind.TOOL, Kind.RETRIEVAL, Kind.AGENT, Kind.WORKFLOW}
STEPS = BOUNDARIES | {Kind.STEP}
EMBEDDINGS = {"embeddings", "embedding", "EMBEDDING", "rerank", "RERANKER"}


@dataclass(frozen=True)
class Meaning:
    session_id: str | None
    path: str
    counted: bool
    name: str | None
    user_id: str | None
    properties: dict[str, str]
    status: int | None
    """Of a counted span in a session, like the request id."""
    request_id: str | None


def _is_among(span: SpanFacts, spans: Sequence[SpanFacts]) -> bool:
    return any(other is span for other in spans)


class Oracle:
    """Answer for the spans of one trace; what was worked out for a span is remembered."""

    def __init__(self, spans: Sequence[SpanFacts]) -> None:
        self.spans = sorted(spans, key=lambda s: (s.start_ns, s.span_id))
        self.by_id = {span.span_id: span for span in self.spans}
        self._sessions: dict[str, str | None] = {}
        self._counted: dict[str, bool] = {}
        self.cycle_roots = {
            min(cycle, key=lambda s: (s.start_ns, s.span_id)).span_id
            for span in self.spans
            if (cycle := self._cycle_through(span))
        }

    def meaning(self, span: SpanFacts) -> Meaning:
        session, counted = self.session(span), self.counted(span)
        is_request = counted and session is not None
        return Meaning(
            session_id=session,
            path=self.path(span),
            counted=counted,
            name=self.name(span),
            user_id=self._first([s.user_id for s in self._speakers(span)]),
            properties=self.properties(span),
            status=self.status(span) if is_request else None,
            request_id=self.request_id(span) if is_request else None,
        )

    # section 1: the tree

    def parent(self, span: SpanFacts) -> SpanFacts | None:
        if span.span_id in self.cycle_roots or span.parent_span_id == span.span_id:
            return None
        return self.by_id.get(span.parent_span_id or "")

    def ancestors(self, span: SpanFacts) -> list[SpanFacts]:
        """Nearest first."""
        found = []
        above = self.parent(span)
        while above is not None:
            found.append(above)
            above = self.parent(above)
        return found

    def _cycle_through(self, span: SpanFacts) -> list[SpanFacts]:
        walked: list[SpanFacts] = []
        current: SpanFacts | None = span
        while current is not None and not _is_among(current, walked):
            walked.append(current)
            parent_id = current.parent_span_id
            current = self.by_id.get(parent_id or "") if parent_id != current.span_id else None
        return walked if current is span else []

    # section 4: sessions

    def session(self, span: SpanFacts) -> str | None:
        if span.span_id not in self._sessions:
            self._sessions[span.span_id] = self._work_out_session(span)
        return self._sessions[span.span_id]

    def _work_out_session(self, span: SpanFacts) -> str | None:
        best: tuple[Strength, str] | None = None
        speakers = [span, *self._claiming_transports(span), *self.ancestors(span)]
        for speaker in speakers:  # nearest first: a farther one must be stronger
            for claim in speaker.claims[:1]:
                if best is None or claim.strength > best[0]:
                    best = claim.strength, claim.session_id
        if best is not None:
            return best[1]
        return self._session_of_the_rest()

    def _claiming_transports(self, span: SpanFacts) -> list[SpanFacts]:
        if span.kind is not Kind.LLM:
            return []
        claiming = [s for s in self.call_transports(span) if s.claims]
        return sorted(
            claiming, key=lambda s: (s.claims[0].strength, s.end_ns, s.span_id), reverse=True
        )[:1]

    def _session_of_the_rest(self) -> str | None:
        claims = [claim for span in self.spans for claim in span.claims]
        strongest = max((claim.strength for claim in claims), default=None)
        ids = {claim.session_id for claim in claims if claim.strength == strongest}
        if len(ids) == 1:
            return ids.pop()
        implicit = session_id_of_trace(self.spans[0].trace_id)
        unassigned = [
            span
            for span in self.spans
            if not any(
                speaker.claims
                for speaker in [span, *self._claiming_transports(span), *self.ancestors(span)]
            )
        ]
        return implicit if any(self.counted(span) for span in unassigned) else None

    # section 5: paths

    def path(self, span: SpanFacts) -> str:
        sent = self._referring_transport(span)
        if span.path is not None:
            return span.path
        if sent is not None and sent.path is not None:
            return sent.path
        lineage = [span]  # the run of ancestors that share the session, nearest first
        for above in self.ancestors(span):
            if self.session(above) != self.session(lineage[-1]):
                break
            lineage.append(above)
        path, leads = "/", False
        for member in reversed(lineage):
            if member.path is not None:
                path, leads = member.path, True
            elif member.kind in STEPS or (member.kind is Kind.SERVER and not leads):
                assert member.segment is not None
                leads = True
                pieces = [piece for piece in path.split("/") if piece]
                longer = "/" + "/".join([*pieces, member.segment])
                fits = len(pieces) < 64 and len(longer.encode()) <= 2048
                if fits and pieces[-1:] != [member.segment]:
                    path = longer
        return path

    # section 6: one call, counted once

    def counted(self, span: SpanFacts) -> bool:
        if span.span_id not in self._counted:
            self._counted[span.span_id] = self._work_out_counted(span)
        return self._counted[span.span_id]

    def _work_out_counted(self, span: SpanFacts) -> bool:
        if not self._is_call(span):
            return False
        return not any(
            self._is_call(other) and self._same_call(span, other)
            for other in self.spans
            if _is_among(span, self.ancestors(other))
        )

    def _is_call(self, span: SpanFacts) -> bool:
        if span.kind is Kind.LLM:
            return True
        if not span.carries_llm_request:
            return False
        return not any(above.kind is Kind.LLM for above in self._within_call(span))

    def _within_call(self, span: SpanFacts) -> list[SpanFacts]:
        """Return the ancestors up to the first boundary, nearest first."""
        found = []
        for above in self.ancestors(span):
            if above.kind in BOUNDARIES:
                break
            found.append(above)
        return found

    def _same_call(self, above: SpanFacts, below: SpanFacts) -> bool:
        if not _is_among(above, self._within_call(below)):
            return False
        work = {self._work(above), self._work(below)}
        return len(work) == 1 or "any" in work

    def _work(self, span: SpanFacts) -> str:
        if span.kind is not Kind.LLM:
            return "any"
        embeds = span.call is not None and span.call.operation in EMBEDDINGS
        return "embed" if embeds else "generate"

    def call_transports(self, span: SpanFacts) -> list[SpanFacts]:
        """Return the transport spans of the call of *span*: below it, across no boundary."""
        return [
            other
            for other in self.spans
            if other.kind is Kind.TRANSPORT and (other is span or self._is_sent_for(other, span))
        ]

    def _is_sent_for(self, transport: SpanFacts, span: SpanFacts) -> bool:
        above = self._within_call(transport)
        calls = [other for other in above if other.kind is Kind.LLM]
        if not _is_among(span, above):
            return False
        return not calls or self._work(calls[0]) == self._work(span)

    # sections 6 and 8: what the counted span lacks, and its status

    def status(self, span: SpanFacts) -> int:
        answered = [s for s in self._latest_first(span) if s.http_status is not None]
        known = span.http_status
        if known is None and answered:
            known = answered[0].http_status
        if known is not None and known >= 400:
            return known
        return 500 if span.failed else known or 200

    def request_id(self, span: SpanFacts) -> str:
        sent = [s.request_id for s in self._latest_first(span)]
        trace, own = span.trace_id, span.span_id
        made = uuid.UUID(f"{trace[:8]}{own[:4]}8{trace[8:11]}8{trace[11:14]}{own[4:]}")
        return self._first([span.request_id, *sent]) or str(made)

    def _latest_first(self, span: SpanFacts) -> list[SpanFacts]:
        sent = self.call_transports(span)
        return sorted(sent, key=lambda s: (s.end_ns, s.span_id), reverse=True)

    # name, user, properties

    def name(self, span: SpanFacts) -> str | None:
        sent = self._referring_transport(span)
        said = [span.session_name, sent.session_name if sent else None]
        session = self.session(span)
        for above in self.ancestors(span):
            if self.session(above) not in (session, None):
                break  # from here on it is another session's name
            said.append(above.session_name)
            if self.session(above) is None:
                session = None
        return self._first(said)

    def _referring_transport(self, span: SpanFacts) -> SpanFacts | None:
        if span.kind is not Kind.LLM:
            return None
        saying = [
            s
            for s in self.call_transports(span)
            if s.path or s.session_name or s.user_id or s.properties
        ]
        return max(saying, key=lambda s: (s.end_ns, s.span_id), default=None)

    def _speakers(self, span: SpanFacts) -> list[SpanFacts]:
        sent = self._referring_transport(span)
        return [span, *([sent] if sent else []), *self.ancestors(span)]

    def properties(self, span: SpanFacts) -> dict[str, str]:
        merged: dict[str, str] = {}
        for speaker in reversed(self._speakers(span)):
            for name, value in speaker.properties.items():
                same = [n for n in merged if n.replace("_", "-") == name.replace("_", "-")]
                for weaker in same:
                    del merged[weaker]
                merged[name] = value
        return dict(sorted(merged.items())[:64])

    def _first(self, values: list[str | None]) -> str | None:
        return next((value for value in values if value is not None), None)

"""What the writer remembers of traces stays bounded."""

from contextlib import closing
from pathlib import Path

from helicone_otel.store.database import open_for_writing
from helicone_otel.store.recent_traces import MAX_BYTES, RecentTraces


def test_the_traces_used_longest_ago_are_forgotten(tmp_path: Path) -> None:
    with closing(open_for_writing(tmp_path / "spans.db")) as database:
        recent = RecentTraces(database.conn)
        for trace_id in ("a", "b", "c"):
            recent.get(trace_id).size_bytes += MAX_BYTES // 2
            recent.trim()
        assert recent.trace_ids() == ["b", "c"]
        recent.get("b").size_bytes += MAX_BYTES // 2
        recent.trim()
        assert recent.trace_ids() == ["b"]

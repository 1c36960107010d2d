"""Collected where `make test-node` has installed the packages."""

from pathlib import Path

collect_ignore_glob = [] if (Path(__file__).parent / "node_modules").is_dir() else ["test_*.py"]

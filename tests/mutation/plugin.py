"""A pytest plugin that makes the tests of mutants quick, and each of them independent.

Every test begins with the product's caches empty: else only the first that asks for a remembered
answer would be seen to run the code that works it out. The laws come last, they take longest.
"""

import gc
from functools import _lru_cache_wrapper
from typing import Any

import pytest

_caches: list["_lru_cache_wrapper[Any]"] = []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("hypothesis") is not None)
    if not _caches:
        found = (item for item in gc.get_objects() if isinstance(item, _lru_cache_wrapper))
        _caches.extend(cache for cache in found if cache.__module__.startswith("helicone_otel."))
        gc.freeze()  # pytest and hypothesis collect garbage, and each mutant is a process


def pytest_runtest_setup() -> None:
    for cache in _caches:
        cache.cache_clear()

"""The values of a statement, kept apart from its text."""

_INT64 = range(-(2**63), 2**63)


class Parameters:
    """Name values as they are added; only the names go into SQL."""

    def __init__(self, prefix: str = "filter") -> None:
        self._prefix = prefix
        self.values: dict[str, object] = {}

    def add(self, value: str | float) -> str:
        """Return the placeholder that stands for *value*."""
        if isinstance(value, int) and value not in _INT64:
            value = float(value)  # SQLite compares it with integers all the same
        name = f"{self._prefix}_{len(self.values)}"
        self.values[name] = value
        return f":{name}"

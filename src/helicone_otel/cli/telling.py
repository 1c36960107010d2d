"""What a command says besides its output."""

from collections.abc import Mapping, Sequence

from rich.console import Console

from ..model import Signal

_SHOWN = 20


def tell(text: str) -> None:
    """Print to standard error, since the output may go to a program."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(text, markup=False)


def tell_refusals(refusals: Sequence[str], done: str) -> None:
    """Say which items could not be *done*, the first of them one by one."""
    if not refusals:
        return
    tell(f"{counted(len(refusals), 'item')} could not be {done}:")
    for refusal in refusals[:_SHOWN]:
        tell(f"  {refusal}")
    if len(refusals) > _SHOWN:
        tell(f"  ... and {len(refusals) - _SHOWN:,} more")


def counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def counted_items(numbers: Mapping[Signal, int], *before: str) -> str:
    """Say how many items of each signal there are, but nothing of logs or metrics without any."""
    found = {signal: numbers.get(signal, 0) for signal in Signal}
    if not any(found.values()):
        return _listed(*before, counted(0, Signal.TRACES.item))
    items = (counted(number, signal.item) for signal, number in found.items() if number)
    return _listed(*before, *items)


def _listed(*texts: str) -> str:
    *some, last = texts
    return f"{', '.join(some)} and {last}" if some else last

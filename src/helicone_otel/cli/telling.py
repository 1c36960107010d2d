"""What a command says besides its output."""

from collections.abc import Sequence

from rich.console import Console

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

"""The `helicone-otel` command."""

import sys


def main() -> None:
    """Run the command; without the server's packages, say how to get them."""
    try:
        from .commands import app  # noqa: PLC0415 - needs the [server] extra
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "helicone_otel":
            raise
        sys.exit(
            f"The helicone-otel command needs the package {error.name!r}, which comes with the "
            "server: pip install 'helicone-otel[server]'"
        )
    app()


__all__ = ["main"]

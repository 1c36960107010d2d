"""Who may listen where."""

from ..errors import ConfigurationError
from .hosts import is_loopback


def check_binding(host: str, *, guarded: bool, insecure: bool, as_root: bool) -> None:
    """Refuse to be reached from other machines without tokens, or as root.

    *guarded* says whether tokens are asked for, *insecure* whether somebody wants to go without.

    Raises:
        ConfigurationError: the message says what to change.
    """
    if insecure and guarded:
        raise ConfigurationError(
            "--insecure-no-auth lets everybody in, but there are tokens: leave it out, or take "
            "away --token, HELICONE_OTEL_TOKEN and the file of tokens beside the database."
        )
    if is_loopback(host):
        return
    if not guarded and not insecure:
        raise ConfigurationError(
            f"--host {host} lets other machines in, so a token is needed: make one with "
            "`helicone-otel token create`, or set HELICONE_OTEL_TOKEN. To go without on a network "
            "that you trust, add --insecure-no-auth."
        )
    if as_root:
        raise ConfigurationError(
            f"--host {host} lets other machines in, and this is root. Run it as another user "
            "(in a container: USER 1000), or listen on 127.0.0.1."
        )

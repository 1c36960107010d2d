"""`python -m helicone_otel.cli`: the command where its script is not on the path."""

from . import main

if __name__ == "__main__":  # the processes that it starts import it again
    main()

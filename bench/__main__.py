"""`make bench`: measures what the documentation claims. `python -m bench fanout` runs one of them.

Every number stands beside a yardstick from the same run on the same machine: the ratio counts, not the milliseconds.
"""

import importlib
import sys

import django

from bench.services import services

# Each is a module of this package with a function `run()` that prints its table.
BENCHES = ["accept", "tabs", "console", "api", "fanout", "call", "inspector", "uploads", "legacy"]


def main() -> None:
    chosen = sys.argv[1:] or BENCHES
    if unknown := set(chosen) - set(BENCHES):
        sys.exit(f"There is no bench called {', '.join(sorted(unknown))}; there are: {', '.join(BENCHES)}.")
    with services():
        django.setup()
        for name in chosen:
            importlib.import_module(f"bench.{name}").run()


if __name__ == "__main__":
    main()

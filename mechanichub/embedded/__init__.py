"""Everything a bare machine needs: PostgreSQL and Valkey out of Python wheels, and the launcher behind `make run`.

`python -m mechanichub.embedded` starts all of it; `Postgres` and `Valkey` also serve the tests and the benchmarks.
"""


class CannotStart(Exception):
    """Why something cannot be started, as one sentence for the person who tried."""

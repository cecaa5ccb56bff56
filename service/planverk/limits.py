"""What one query may cost, and what becomes of one that costs more."""

from typing import NamedTuple


class Limits(NamedTuple):
    """The limits of an endpoint; `planverk.toml` may set each in its table [limits]."""

    seconds: int = 10
    """Wall-clock and processor time of one query, in seconds."""
    memory_mb: int = 512
    """Memory a query may take beyond what its worker begins with, in MiB."""
    held_mb: int = 16
    """Size up to which each worker holds the store of a release in memory, in MiB: the engine then answers two to three times as fast."""
    result_mb: int = 256
    """Size of one result as it is sent, in MiB."""
    service_mb: int = 4
    """Size of what one query may fetch from other endpoints by SERVICE, in MiB."""
    query_kb: int = 64
    """Size of the text of a query and of the graphs named beside it, in KiB."""
    depth: int = 100
    """How deep brackets may be nested in a query."""
    workers: int = 2
    """Queries that run at once."""
    waiting: int = 16
    """Queries that may wait for a worker; more are refused."""
    per_client: int = 6
    """Queries that one client may have running and waiting."""
    finished_mb: int = 64
    """Memory for finished answers of all kinds, which are sent again as they are, in MiB for each process."""
    cache_mb: int = 64
    """Memory for results that may be asked for again, with their queries, in MiB."""

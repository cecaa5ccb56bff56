"""What may become of a query besides an answer."""


class LimitExceeded(Exception):
    """A query that was ended, or not begun, because it costs more than this endpoint gives to one query.

    `limit` is the field of `Limits` in question, `allowed` its value with its unit.
    """

    def __init__(self, limit: str, allowed: str) -> None:
        super().__init__(f"{limit}: {allowed}")
        self.limit = limit
        self.allowed = allowed


class Busy(Exception):
    """All workers have work and enough is waiting; the query may be sent again later."""


class TooManyFromClient(Busy):
    """This client has as many queries under way as one client may have."""


class NotAcceptable(Exception):
    """The answer exists, but in none of the formats that the client accepts; `available` are those there are."""

    def __init__(self, available: list[str]) -> None:
        super().__init__(", ".join(available))
        self.available = available


class StoreFailed(Exception):
    """A worker that could not begin or do its work; the fault is ours, not the query's."""


class StoreUnreachable(Exception):
    """A store on another machine that gives no answer that can be trusted; the text, for operators, says which and why."""


class EndpointFailed(Exception):
    """Another endpoint that a query asks by SERVICE, and that gave no answer that can be used.

    `trouble` is "refused", "silent" or "unusable"; `said` is what it, or who read its answer, said of that in English;
    `known` is for operators.
    """

    def __init__(self, endpoint: str, trouble: str, said: str = "", known: str = "") -> None:
        super().__init__(f"{endpoint}: {trouble} {said}".strip())
        self.endpoint = endpoint
        self.trouble = trouble
        self.said = said
        self.known = known or f"{trouble} {said}".strip()


class ClientGone(Exception):
    """The client hung up before its answer was ready; its query was ended."""

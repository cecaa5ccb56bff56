"""Queries carried to a SPARQL server and answers back: what a worker process is to the embedded store."""

from collections.abc import Callable, Mapping

from planverk.limits import Limits
from planverk.store.aside import aside
from planverk.store.formats import FORMATS, GRAPH, TABLE, TRUTH
from planverk.store.pool import Result
from planverk.store.remote import Server
from planverk.store.replies import broken, stopped, whole
from planverk.store.results import Unreadable, rewritten
from planverk.store.sparql import QueryRefused, SparqlRequest
from planverk.store.translation import GraphNames, translate
from planverk.store.transport import Terms
from planverk.store.trouble import NotAcceptable

_KINDS = {"SELECT": TABLE, "ASK": TRUTH, "CONSTRUCT": GRAPH, "DESCRIBE": GRAPH}


class Messenger:
    """Carries one query at a time."""

    def __init__(self, server: Server, graphs: GraphNames, limits: Limits) -> None:
        """Take the server, the graphs of the release in it, and what a query may cost."""
        self._server = server
        self._graphs = graphs
        self._limits = limits

    def ask(self, asked: SparqlRequest, formats: Mapping[str, str], gone: Callable[[], bool], seconds: float) -> Result:
        """Have one query answered, whole, in the format that `formats` has for its kind of answer.

        Raises what `Pool.query` raises, and StoreUnreachable.
        """
        question = translate(asked, self._graphs)
        kind = _KINDS[question.form]
        if kind not in formats:
            raise NotAcceptable([row.media_type for row in FORMATS[kind]])
        address, allowed, largest = self._server.store.query, self._limits.seconds, self._limits.result_mb << 20
        terms = Terms(seconds, largest, gone)
        try:
            sent = self._server.query(question.rewriting.text, question.form, terms, question.default, question.named)
        except TimeoutError:
            raise stopped(allowed) from None
        try:
            answer = whole(sent, address, allowed)
        except QueryRefused as refused:
            raise question.rewriting.in_the_original(refused) from None
        with answer.content:
            try:
                return rewritten(answer.content, formats[kind], question.hidden, largest)
            except Unreadable:
                raise broken(answer, address, allowed) from None

    async def answer(self, asked: SparqlRequest, formats: Mapping[str, str], seconds: float) -> Result:
        """As `ask`, on an event loop."""
        return await aside(lambda gone: self.ask(asked, formats, gone, seconds))

    def end(self) -> None:
        """Nothing is left to end: the connection was closed with the answer."""

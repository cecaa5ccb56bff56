"""What stands before a query's form: its BASE and prefixes, by which names and relative addresses become IRIs."""

import re
from urllib.parse import urljoin

from planverk.store.sparql import QueryRefused
from planverk.store.tokens import Token, iri_text, meaningful, refuse

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^<>\"{}|^`\\\x00-\x20]*")


class Prologue:
    """The prologue of a query (SPARQL 1.1, rule 4), its form, and where in its text the form begins."""

    def __init__(self, query: str, tokens: list[Token]) -> None:
        """Read it from the query's tokens.

        Raises:
            QueryRefused: what stands there is no prologue, or no form follows.

        """
        self._query = query
        self._prefixes: dict[str, str] = {}
        self._base = ""
        self.form, self.end = self._read(tokens)

    def iri(self, token: Token) -> str:
        """The IRI that a token is.

        Raises:
            QueryRefused: it is none, or its prefix is not declared.

        """
        if token.kind == "name":
            prefix, _, local = token.text.partition(":")
            if prefix not in self._prefixes:
                raise self._refusal(token, f"The prefix «{prefix}:» has no PREFIX line.")
            return self._prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)
        if token.kind != "iri":
            raise self._refusal(token, f"«{token.text}» stands where an IRI should.")
        iri = urljoin(self._base, iri_text(token))
        if not ABSOLUTE.fullmatch(iri):
            raise self._refusal(token, f"{token.text} is no absolute IRI, and there is no BASE.")
        return iri

    def _read(self, tokens: list[Token]) -> tuple[str, int]:
        clauses = meaningful(tokens)
        for place, token in clauses:
            if token.word in FORMS:
                return token.word, token.start
            if token.word == "BASE":
                self._base = self.iri(next(clauses, (place, token))[1])
            elif token.word == "PREFIX":
                _, name = next(clauses, (place, token))
                self._prefixes[name.text.removesuffix(":")] = self.iri(next(clauses, (place, token))[1])
            else:
                raise self._refusal(token, f"«{token.text}» cannot stand before {', '.join(FORMS)}.")
        raise QueryRefused(f"This is not a SPARQL query. It has none of {', '.join(FORMS)}.")

    def _refusal(self, token: Token, reason: str) -> QueryRefused:
        return refuse(self._query, token.start, reason)

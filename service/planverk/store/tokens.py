"""A query as its tokens (SPARQL 1.1 Query Language, section 19.8), or where it stops being SPARQL 1.1."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from planverk.store.sparql import QueryRefused


class Token(NamedTuple):
    """A piece of a query: what kind it is (a name in `_TOKEN`), its text, and where it begins."""

    kind: str
    text: str
    start: int

    @property
    def word(self) -> str:
        """A keyword or function's name in upper case; empty for what is no word."""
        return self.text.upper() if self.kind == "word" else ""


# Combining marks and the like, beyond the letters and digits of `\w`, belong to names (PN_CHARS, rule 167).
_CHAR = r"[\w\u00b7\u0300-\u036f\u203f\u2040-]"
_ESCAPED = r"%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?#@%-]"
_CODE_POINT = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_ESCAPE = rf"\\[tbnrf\\\"']|{_CODE_POINT}"
# Repetition is possessive or bounded, so that the time grows with the length only.
_TOKEN = re.compile(
    rf"""
      (?P<space>[ \t\r\n]++)
    | (?P<comment>\#[^\r\n]*+)
    | (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|{_CODE_POINT})*+>)
    | (?P<string>
          \"\"\"(?:[^"\\]|{_ESCAPE}|"(?!""))*+\"\"\"
        | '''(?:[^'\\]|{_ESCAPE}|'(?!''))*+'''
        | "(?:[^"\\\r\n]|{_ESCAPE})*+"
        | '(?:[^'\\\r\n]|{_ESCAPE})*+'
      )
    | (?P<variable>[?$][\w\u00b7\u0300-\u036f\u203f\u2040]++)
    | (?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+)
    | (?P<blank>_:(?:{_CHAR}|\.(?=[.]{{0,100}}{_CHAR}))++)
    | (?P<name>(?:[^\W\d_](?:(?:{_CHAR}|\.){{0,100}}{_CHAR})?)?:
          (?:(?:{_CHAR}|:|{_ESCAPED}|\.(?=[.]{{0,100}}(?:{_CHAR}|:|%|\\)))++)?+)
    | (?P<number>(?:\d++(?:\.\d*+(?=[eE]))?+(?:\.\d++)?+|\.\d++)(?:[eE][+-]?\d++)?+)
    | (?P<word>[A-Za-z_]\w*+)
    | (?P<sign>\^\^|&&|\|\||!=|<=|>=|[][(){{}}.,;*/+=<>!|^?-])
    """,
    re.VERBOSE,
)
# The words of a query; those of updates and federation are left out, as is all that some servers add of their own.
_WORDS = """
    ABS AS ASC ASK AVG A BASE BIND BNODE BOUND BY CEIL COALESCE CONCAT CONSTRUCT CONTAINS COUNT DATATYPE DAY DESC
    DESCRIBE DISTINCT ENCODE_FOR_URI EXISTS FALSE FILTER FLOOR FROM GRAPH GROUP GROUP_CONCAT HAVING HOURS IF IN IRI ISBLANK
    ISIRI ISLITERAL ISNUMERIC ISURI LANG LANGMATCHES LCASE LIMIT MAX MD5 MIN MINUS MINUTES MONTH NAMED NOT NOW OFFSET
    OPTIONAL ORDER PREFIX RAND REDUCED REGEX REPLACE ROUND SAMETERM SAMPLE SECONDS SELECT SEPARATOR SHA1 SHA256 SHA384 SHA512
    STR STRAFTER STRBEFORE STRDT STRENDS STRLANG STRLEN STRSTARTS STRUUID SUBSTR SUM TIMEZONE TRUE TZ UCASE UNDEF UNION URI
    UUID VALUES WHERE YEAR
"""
_KNOWN = frozenset(_WORDS.split())
FEDERATION = frozenset({"SERVICE", "SILENT"})


def tokens(query: str, more: frozenset[str] = frozenset()) -> list[Token]:
    """The tokens of a query, white space and comments too, in order: together they are the query. It may use `more` words.

    Raises:
        QueryRefused: something in it is no SPARQL 1.1 query; the text has line and column.

    """
    found: list[Token] = []
    start = 0
    while start < len(query):
        token = _token(query, start, more)
        found.append(token)
        start += len(token.text)
    return found


def meaningful(found: Sequence[Token], place: int = -1) -> Iterator[tuple[int, Token]]:
    """The tokens after a place that mean something, each with its own place."""
    rest = enumerate(found[place + 1 :], place + 1)
    return ((at, token) for at, token in rest if token.kind not in ("space", "comment"))


def position(query: str, start: int) -> tuple[int, int]:
    """The line and the column of a place in a query, counted from 1."""
    before = query[:start]
    return before.count("\n") + 1, start - before.rfind("\n")


def refuse(query: str, start: int, reason: str) -> QueryRefused:
    """The refusal of a query for something in it, with the place."""
    line, column = position(query, start)
    return QueryRefused(f"This is not a SPARQL query. Line {line}, column {column}: {reason}", line=line, column=column)


def iri_text(token: Token) -> str:
    """The characters of an IRI between its brackets, those written as code points too."""
    return re.sub(_CODE_POINT, lambda found: chr(int(found[0][2:], 16)), token.text[1:-1])


def string_text(token: Token) -> str:
    r"""A string as all servers read it.

    Some read `\\u0022` for an escaped quote, others for a backslash and letters (section 19.2), so the u is disguised.
    """
    return disguised(token.text)


def disguised(written: str) -> str:
    """A string, as it is written, without a u that comes after a backslash that is itself written as two."""
    return re.sub(
        r"\\\\([uU])|\\.", lambda found: rf"\\\u{ord(found[1]):04x}" if found[1] else found[0], written, flags=re.DOTALL
    )


def _token(query: str, start: int, more: frozenset[str]) -> Token:
    match = _TOKEN.match(query, start)
    if not match:
        raise refuse(query, start, f"«{query[start : start + 20].partition(' ')[0]}» is not understood.")
    token = Token(str(match.lastgroup), match[0], start)
    if token.kind == "word" and token.word not in _KNOWN and token.word not in more:
        raise refuse(query, start, f"«{token.text}» is no word of a SPARQL 1.1 query.")
    for found in re.finditer(rf"\\\\|({_CODE_POINT})", token.text):
        if found[1] and not _is_harmless(int(found[1][2:], 16)):
            raise refuse(query, start + found.start(), f"{found[1]} must be written as the character it is, or as \\n.")
    return token


def _is_harmless(code_point: int) -> bool:
    """Whether it is a character that means nothing to a query, wherever a server puts it in place of its number."""
    if code_point < 0x80:  # ASCII
        return chr(code_point).isalnum()
    return code_point <= 0x10FFFF and not 0xD800 <= code_point < 0xE000

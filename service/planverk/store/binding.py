"""Values for a query: how a term is put in place of a name without becoming anything else than that term."""

import re
from collections.abc import Mapping
from string import Template

from rdflib.term import Node


def bind(query: str, values: Mapping[str, Node]) -> str:
    """The query with values in place of its `$name`; a name that is given no value stays the variable it is."""
    return Template(query).safe_substitute({name: _written(value) for name, value in values.items()})


def _written(value: Node) -> str:
    # An engine may read \u before anything else (SPARQL 1.1, section 19.2), also in what was a backslash and a letter.
    return re.sub(r"\\\\([uU])", lambda found: rf"\\\u{ord(found[1]):04x}", value.n3())

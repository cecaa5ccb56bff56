"""What the query editor suggests: prefixes, and the words of the vocabulary with names and meanings in the page's language."""

from collections.abc import Iterator

from rdflib import URIRef

from planverk.dictionary import read_dictionary
from planverk.instance import Instance
from planverk.vocab import OWL, PREFIXES, RDF, RDFS
from planverk.web.glossary import Glossary


def lexicon(instance: Instance) -> dict[str, object]:
    """The prefixes with their namespaces, and the words as a query spells them; a code also says what list it is of."""
    glossary = Glossary(read_dictionary(), instance)
    return {"prefixes": PREFIXES, "words": [*_terms(glossary), *_codes(glossary)]}


def _terms(glossary: Glossary) -> Iterator[dict[str, str]]:
    known = glossary.dictionary
    # Every thing has an rdfs:label on release, though no editor writes it and the ontology does not declare it.
    for iri in (*known.classes, *known.properties, *known.borrowed, RDFS.label):
        kind = "class" if (iri, RDF.type, OWL.Class) in known.ontology else "property"
        yield _word(glossary, iri) | {"kind": kind}


def _codes(glossary: Glossary) -> Iterator[dict[str, str]]:
    known = glossary.dictionary
    for scheme in known.schemes:
        name = glossary.term(scheme).name.text
        yield from (_word(glossary, code) | {"kind": "code", "of": name} for code in known.codes(scheme))


def _word(glossary: Glossary, iri: URIRef) -> dict[str, str]:
    term = glossary.term(iri)
    # Of an address with slashes after its namespace, such as that of a code, no prefixed name can be made.
    prefix, _, name = term.code.partition(":")
    spelled = term.code if prefix in PREFIXES and "/" not in name else f"<{iri}>"
    return {"word": spelled, "name": term.name.text, "meaning": term.meaning.text if term.meaning else ""}

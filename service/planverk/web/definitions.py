"""What each path below /def answers: the statements of a term, a code or a rule, and the page about it."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

from flask import render_template
from rdflib import OWL, RDF, RDFS, URIRef

from planverk.dictionary import Dictionary, read_dictionary
from planverk.examples import CONTEXT
from planverk.findings import Severity
from planverk.media import DOCUMENTS
from planverk.rules import FOR_DATA, FOR_HARVEST, Ruleset, examples
from planverk.versions import Snapshot
from planverk.vocab import CODE, DCT, ONTOLOGY_IRI, PLAN, SKOS, W3ID, short
from planverk.web import ontology
from planverk.web.glossary import Glossary
from planverk.web.imprint import Imprint, in_rdf, query
from planverk.web.picture import picture
from planverk.web.reading import Value
from planverk.web.responses import here, instance, quote_path

Content = Mapping[str, Any]  # Any: what templates take
_FACTS = {"version": OWL.versionInfo, "issued": DCT.issued, "licence": DCT.license, "version_iri": OWL.versionIRI}


class Definition(NamedTuple):
    """The two sides of one address: statements for programs, a page for people; each is made when it is asked for."""

    statements: Callable[[], bytes]
    page: Callable[[], str]


def find(name: str) -> Definition | None:
    """What `/def/{name}` names, or None: `Goal`, `code/goal-level/sub-goal`, `shapes/Goal-goalLevel`, `shapes/catalogue`."""
    space, slash, rest = name.partition("/")
    kind = _SPACES.get(space) if slash else _term
    found = kind(rest or name, read_dictionary()) if kind else None
    return found or _LISTS.get(name)


def _term(name: str, known: Dictionary) -> Definition | None:
    iri = PLAN[name]
    if iri in known.classes:
        return _definition(name, "class.html", ontology.term, iri, _class)
    if iri in known.properties:
        return _definition(name, "property.html", ontology.term, iri, _property)
    return None


def _code(name: str, known: Dictionary) -> Definition | None:
    iri = CODE[name]
    if iri in known.schemes:
        return _definition(f"code/{name}", "scheme.html", ontology.term, iri, _scheme)
    if (iri, RDF.type, SKOS.Concept) in known.ontology:
        return _definition(f"code/{name}", "code.html", ontology.term, iri, _single_code)
    return None


def _rule(name: str, known: Dictionary) -> Definition | None:
    folder, _, rule = f"shapes/{name}".rpartition("/")
    iri = URIRef(f"{W3ID}{folder}#{rule}")
    if iri in known.by_iri:
        return _definition(f"shapes/{name}", "rule.html", ontology.rule, iri, _one_rule)
    return _frozen(name, ontology.SHAPES)


def _version(name: str, known: Dictionary) -> Definition | None:
    return _frozen(name, ONTOLOGY_IRI)


def _frozen(version: str, whole: URIRef) -> Definition | None:
    """The ontology, or the shapes, as they were frozen under a version."""
    snapshot = ontology.snapshots().get(version)
    if snapshot is None:
        return None
    name = f"{whole.removeprefix(W3ID)}/{version}"
    content = partial(_one_version, snapshot=snapshot)
    page = partial(_page, name, "version.html", URIRef(f"{whole}/{version}"), content)
    return Definition(partial(ontology.frozen, snapshot, whole), page)


_SPACES = {"code": _code, "shapes": _rule, "ontology": _version}


def _definition(
    name: str,
    template: str,
    statements: Callable[[URIRef], bytes],
    iri: URIRef,
    content: Callable[[Glossary, URIRef], Content],
) -> Definition:
    # The endpoint knows the terms and the codes, and of rules only what data says of them.
    ask = "" if content is _one_rule else "about"
    page = partial(_page, name, template, iri, lambda glossary: content(glossary, iri), ask)
    return Definition(partial(statements, iri), page)


def _page(name: str, template: str, iri: URIRef, content: Callable[[Glossary], Content], ask: str = "") -> str:
    """A page; `ask` is the name of the query that gives its data, if the endpoint knows them."""
    glossary = Glossary(read_dictionary(), instance())
    path = quote_path(f"/def/{name}" if name else "/def")
    asked = query(ask, thing=iri, graph=iri) if ask else ""
    imprint = Imprint(iri, path, in_rdf(path, DOCUMENTS), asked, vocabulary=glossary.dictionary.version)
    return render_template(template, **here(), imprint=imprint, **content(glossary))


# What each kind of page shows.


def _class(glossary: Glossary, iri: URIRef) -> Content:
    known = glossary.dictionary
    used = {use.term for use in known.uses(iri)}
    return {
        "entry": glossary.entry(iri),
        "section": known.sections[iri],
        "above": glossary.links(known.ontology.objects(iri, RDFS.subClassOf)),
        "below": glossary.links(kind for kind in known.classes if (kind, RDFS.subClassOf, iri) in known.ontology),
        "disjoint": glossary.links(known.disjoint(iri)),
        "uses": glossary.uses(iri),
        "general": glossary.terms(term for term in known.general if term not in used),
        "pointing": glossary.terms(known.pointing_to(iri)),
        "domains": _domains(glossary),
        "example": glossary.example(iri),
        "rules": glossary.rules(known.rules_of(iri)),
        "matches": glossary.matches(iri),
    }


def _domains(glossary: Glossary) -> dict[str, list[Value]]:
    """The classes that the ontology gives each property, by its short IRI."""
    known = glossary.dictionary
    return {short(term): glossary.links(known.ontology.objects(term, RDFS.domain)) for term in known.properties}


def _property(glossary: Glossary, iri: URIRef) -> Content:
    known = glossary.dictionary
    scheme = known.scheme_of(iri)
    return {
        "entry": glossary.entry(iri),
        "section": known.sections[iri],
        "domain": glossary.links(known.ontology.objects(iri, RDFS.domain)),
        "kinds": glossary.kinds(known.kinds_of(iri)),
        "above": glossary.links(known.ontology.objects(iri, RDFS.subPropertyOf)),
        "below": glossary.links(term for term in known.properties if (term, RDFS.subPropertyOf, iri) in known.ontology),
        "characteristics": glossary.characteristics(iri),
        "scheme": glossary.term(scheme) if scheme else None,
        "codes": glossary.codes(scheme) if scheme else [],
        "examples": glossary.examples_with(iri),
        "rules": glossary.rules(known.rules_on(iri)),
        "matches": glossary.matches(iri),
    }


def _scheme(glossary: Glossary, iri: URIRef) -> Content:
    known = glossary.dictionary
    users = [term for term in known.properties if known.scheme_of(term) == iri]
    return {"entry": glossary.entry(iri), "codes": glossary.codes(iri), "users": glossary.terms(users)}


def _single_code(glossary: Glossary, iri: URIRef) -> Content:
    known = glossary.dictionary
    scheme = URIRef(str(known.ontology.value(iri, SKOS.inScheme)))
    return {
        "entry": glossary.entry(iri),
        "scheme": glossary.term(scheme),
        "codes": glossary.codes(scheme),
        "matches": glossary.matches_of_code(iri),
    }


def _one_rule(glossary: Glossary, iri: URIRef) -> Content:
    rule = glossary.dictionary.by_iri[iri]
    return {
        "rule": glossary.rule_entry(rule),
        "name": _name(rule.ruleset),
        "subject": rule.subject,
        "checked": any(glossary.dictionary.shapes_of(rule.ruleset).objects(iri, RDF.type)),
        "classes": glossary.links(rule.classes),
        "subjects_of": glossary.links(rule.subjects_of),
        "objects_of": glossary.links(rule.objects_of),
        "paths": glossary.links(rule.paths),
        "parts": glossary.rules(glossary.dictionary.by_iri[part] for part in rule.parts),
        "shown": examples(rule),
        "source": rule.source,
    }


def _one_version(glossary: Glossary, snapshot: Snapshot) -> Content:
    return {
        "snapshot": snapshot,
        "title_of_all": glossary.say(ONTOLOGY_IRI, DCT.title),
        "current": glossary.dictionary.version,
        "versions": list(ontology.snapshots()),
    }


def _rules(glossary: Glossary, ruleset: Ruleset) -> Content:
    by_subject = glossary.dictionary.by_subject(ruleset)
    return {
        "name": _name(ruleset),
        "levels": Severity,
        "subjects": {subject: [glossary.rule(rule) for rule in rules] for subject, rules in by_subject.items()},
    }


def _name(ruleset: Ruleset) -> str:
    return ruleset.iri.removeprefix(W3ID)


def _mappings(glossary: Glossary) -> Content:
    rows = groupby(glossary.matches(), key=lambda match: match.vocabulary)
    return {"matches": {vocabulary: list(matches) for vocabulary, matches in rows}}


def _overview(glossary: Glossary) -> Content:
    known = glossary.dictionary
    return {
        "levels": Severity,
        "namespace": str(PLAN),
        "context": CONTEXT,
        "title_of_all": glossary.say(ONTOLOGY_IRI, DCT.title),
        "description_of_all": glossary.say(ONTOLOGY_IRI, DCT.description),
        "facts": {name: str(known.ontology.value(ONTOLOGY_IRI, term)) for name, term in _FACTS.items()},
        "picture": picture(glossary),
        "classes": glossary.by_section(known.classes),
        "depths": {short(kind): glossary.depth(kind) for kind in known.classes},
        "properties": glossary.by_section(known.properties),
        "domains": _domains(glossary),
        "kinds": {short(term): glossary.kinds(known.kinds_of(term)) for term in known.properties},
        "schemes": [(glossary.term(scheme), len(known.codes(scheme))) for scheme in known.schemes],
        "watched": [(glossary.term(kind), _counted(known, kind)) for kind in known.classes],
        "borrowed": glossary.terms(known.borrowed),
        "vocabularies": {name: len(graph) for name, graph in known.mappings.items()},
        "versions": list(ontology.snapshots()),
    }


def _counted(known: Dictionary, kind: URIRef) -> Counter[Severity | None]:
    """How many rules of each severity name a class."""
    return Counter(rule.severity for rule in known.rules if rule.severity and kind in rule.classes)


WHOLE = Definition(ontology.lines, partial(_page, "", "vocabulary.html", ONTOLOGY_IRI, _overview, "graph"))
_LISTS = {
    _name(ruleset): Definition(
        partial(ontology.shapes, ruleset),
        partial(_page, _name(ruleset), "rules.html", ruleset.iri, partial(_rules, ruleset=ruleset)),
    )
    for ruleset in (FOR_DATA, FOR_HARVEST)
} | {
    "mappings": Definition(
        ontology.mappings, partial(_page, "mappings", "mappings.html", ontology.MAPPINGS, _mappings)
    ),
}

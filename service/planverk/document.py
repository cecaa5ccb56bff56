"""A plan as a Word document that everybody can read: real headings, marked table heads, a language, and all addresses."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as DocumentObject
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from planverk.dictionary import read_dictionary
from planverk.instance import Instance
from planverk.vocab import DCT, NAMES, PLAN, RDF, RDFS, SCHEMA, SKOS

# What stands in a plan, in its order: the heading and the kind of element.
_ELEMENTS = (
    ("Visjon", PLAN.Vision),
    ("Temaer", PLAN.Theme),
    ("Mål", PLAN.Goal),
    ("Satsingsområder", PLAN.FocusArea),
    ("Prioriterte handlinger", PLAN.PrioritisedAction),
    ("Suksessfaktorer", PLAN.SuccessFactor),
    ("Gjennomgående perspektiver", PLAN.CrossCuttingPerspective),
)
# What is told of a plan and of an element, where it is stated.
_FACTS = (
    PLAN.instrumentStatus,
    PLAN.planningAuthority,
    PLAN.startYear,
    PLAN.endYear,
    PLAN.startDate,
    PLAN.endDate,
    PLAN.goalLevel,
    PLAN.subGoalOf,
    PLAN.underTheme,
    PLAN.contributesTo,
    PLAN.followedUpBy,
    DCT.source,
)
_ACTION_COLUMNS = (
    (PLAN.responsibleActor, "Ansvarlig"),
    (PLAN.contributingActor, "Medvirkende"),
    (PLAN.contributesTo, "Bidrar til"),
    (PLAN.startYear, "Fra"),
    (PLAN.endYear, "Til"),
)


def write_document(instance: Instance, graph: Graph) -> bytes:
    """The instance's plans with their elements, programmes, actions and sources, as a .docx file."""
    return _Writer(instance, graph).write()


class _Writer:
    def __init__(self, instance: Instance, graph: Graph) -> None:
        self._instance = instance
        self._graph = graph
        self._ontology = read_dictionary().ontology
        self._document: DocumentObject = Document()
        self._told: set[Node] = set()

    def write(self) -> bytes:
        self._describe()
        title = self._instance.titles.get(self._instance.language) or next(iter(self._instance.titles.values()))
        self._document.add_heading(title, 0)
        self._paragraph(self._instance.descriptions.get(self._instance.language, ""))
        for plan in self._all(PLAN.RegionalPlan):
            self._write_plan(plan)
        self._write_sources()
        file = BytesIO()
        self._document.save(file)
        return file.getvalue()

    def _describe(self) -> None:
        """Title and language, which a screen reader needs (PDF/UA and WCAG 2.1, 2.4.2 and 3.1.1)."""
        properties = self._document.core_properties
        properties.title = self._instance.titles.get(self._instance.language, "")
        properties.author = self._instance.publisher_name
        properties.language = self._instance.language
        properties.comments = ""
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), f"{self._instance.language}-NO")
        run = self._document.styles["Normal"].element.get_or_add_rPr()
        run.append(language)

    def _write_plan(self, plan: URIRef) -> None:
        self._heading(plan, 1)
        self._facts(plan)
        versions = set(self._graph.subjects(PLAN.versionOf, plan))
        for heading, kind in _ELEMENTS:
            elements = [thing for thing in self._all(kind) if self._stands_in(thing, plan, versions)]
            if elements:
                self._document.add_heading(heading, 2)
            for element in elements:
                self._heading(element, 3)
                self._facts(element)
        for programme in self._all(PLAN.ActionProgramme, PLAN.AnnualPlan):
            if (programme, PLAN.implementsPlan, plan) in self._graph:
                self._write_programme(programme)

    def _stands_in(self, thing: URIRef, plan: URIRef, versions: set[Node]) -> bool:
        appears = versions & set(self._graph.objects(thing, PLAN.appearsIn))
        return (thing, PLAN.elementOf, plan) in self._graph or bool(appears)

    def _write_programme(self, programme: URIRef) -> None:
        self._heading(programme, 2)
        self._facts(programme)
        actions = [thing for thing in self._all(PLAN.Action) if (thing, PLAN.elementOf, programme) in self._graph]
        if not actions:
            return
        heads = ["Tiltak", *(head for _, head in _ACTION_COLUMNS), "Adresse"]
        table = _table(self._document, heads)
        for action in actions:
            cells = _row(table)
            cells[0].text = self._name(action)
            for cell, (term, _) in zip(cells[1:], _ACTION_COLUMNS, strict=False):
                cell.text = ", ".join(self._values(action, term))
            _link(cells[-1].paragraphs[0], action)
            self._told |= set(self._graph.objects(action, DCT.source))

    def _write_sources(self) -> None:
        sources = [thing for thing in sorted(self._told, key=self._name) if isinstance(thing, URIRef)]
        if not sources:
            return
        self._document.add_heading("Kilder", 1)
        table = _table(self._document, ["Kilde", "Adresse"])
        for source in sources:
            cells = _row(table)
            cells[0].text = self._name(source)
            _link(cells[1].paragraphs[0], next(self._graph.objects(source, SCHEMA.url), source))

    def _heading(self, thing: URIRef, level: int) -> None:
        self._document.add_heading(self._name(thing), level)
        texts = list(self._graph.objects(thing, DCT.description))
        for text in sorted(texts, key=lambda text: getattr(text, "language", "") != self._instance.language)[:1]:
            self._paragraph(str(text))

    def _facts(self, thing: URIRef) -> None:
        """What is known of a thing, as a table with a head; the last row is its address."""
        table = _table(self._document, ["Opplysning", self._name(thing)])
        for term in _FACTS:
            values = self._values(thing, term)
            if values:
                cells = _row(table)
                cells[0].text, cells[1].text = self._label(term), ", ".join(values)
        cells = _row(table)
        cells[0].text = "Adresse"
        _link(cells[1].paragraphs[0], thing)
        self._told |= set(self._graph.objects(thing, DCT.source))

    def _paragraph(self, text: str) -> None:
        for part in filter(None, (part.strip() for part in text.split("\n"))):
            self._document.add_paragraph(part)

    def _all(self, *kinds: URIRef) -> list[URIRef]:
        found = {thing for kind in kinds for thing in self._graph.subjects(RDF.type, kind) if isinstance(thing, URIRef)}
        standing = [thing for thing in found if (thing, PLAN.withdrawnOn, None) not in self._graph]
        return sorted(standing, key=lambda thing: (self._number(thing), self._name(thing)))

    def _number(self, thing: URIRef) -> tuple[int, str]:
        order = next(self._graph.objects(thing, PLAN.order), None)
        number = next(self._graph.objects(thing, SKOS.notation), "")
        return (int(order) if isinstance(order, Literal) and str(order).isdigit() else 0, str(number))

    def _values(self, thing: URIRef, term: URIRef) -> list[str]:
        return sorted(self._name(value) for value in self._graph.objects(thing, term))

    def _label(self, term: URIRef) -> str:
        label = self._name(term)
        return label[:1].upper() + label[1:]

    def _name(self, thing: Node) -> str:
        if isinstance(thing, Literal):
            return str(thing)
        names = [
            text
            for term in (*NAMES, RDFS.label)
            for known in (self._graph, self._ontology)
            for text in known.objects(thing, term)
        ]
        spoken = sorted(names, key=lambda text: getattr(text, "language", "") != self._instance.language)
        return " ".join(str(spoken[0] if spoken else thing).split())


def _table(document: DocumentObject, heads: Iterable[str]) -> Table:
    """A table whose first row is told to be its head, which is repeated on each page and read aloud with each cell."""
    heads = list(heads)
    table: Table = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.paragraphs[0].add_run(head).bold = True
    marked = OxmlElement("w:tblHeader")
    marked.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(marked)  # python-docx has no public way to mark a head
    return table


def _row(table: Table) -> tuple[_Cell, ...]:
    return tuple(table.add_row().cells)  # type: ignore[no-untyped-call]  # python-docx has types for most


def _link(paragraph: Paragraph, address: Node) -> None:
    """An address as a link whose text is the address, so that it is of use on paper too."""
    link: Any = OxmlElement("w:hyperlink")  # Any: lxml's elements are built at run time
    link.set(qn("r:id"), paragraph.part.relate_to(str(address), RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = paragraph.add_run(str(address))
    run.font.underline = True
    link.append(run._r)
    paragraph._p.append(link)

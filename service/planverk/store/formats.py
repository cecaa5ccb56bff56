"""In which formats a query is answered, by the kind of its answer (SPARQL 1.1 Query Results JSON, XML, CSV and TSV)."""

from typing import NamedTuple


class ResultFormat(NamedTuple):
    """One way to write the answer to a query."""

    suffix: str
    media_type: str
    name: str
    """The format's local name in http://www.w3.org/ns/formats/."""

    @property
    def content_type(self) -> str:
        """The Content-Type field; text is UTF-8 (SPARQL 1.1 Query Results CSV and TSV Formats, section 3)."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


TABLE, TRUTH, GRAPH = "table", "truth", "graph"

_TABLES = (
    ResultFormat("json", "application/sparql-results+json", "SPARQL_Results_JSON"),
    ResultFormat("xml", "application/sparql-results+xml", "SPARQL_Results_XML"),
    ResultFormat("csv", "text/csv", "SPARQL_Results_CSV"),
    ResultFormat("tsv", "text/tab-separated-values", "SPARQL_Results_TSV"),
)
FORMATS = {
    TABLE: _TABLES,
    # CSV and TSV have no form for the yes or no of an ASK (SPARQL 1.1 Query Results CSV and TSV Formats, section 3).
    TRUTH: _TABLES[:2],
    GRAPH: (
        ResultFormat("ttl", "text/turtle", "Turtle"),
        ResultFormat("nt", "application/n-triples", "N-Triples"),
        ResultFormat("rdf", "application/rdf+xml", "RDF_XML"),
        ResultFormat("jsonld", "application/ld+json", "JSON-LD"),
    ),
}
BY_SUFFIX = {row.suffix: row for rows in FORMATS.values() for row in rows}

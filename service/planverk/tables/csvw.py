"""The tables as CSV (RFC 4180), with metadata that tells what is in them (CSVW) and a Frictionless Data Package."""

import csv
import json
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from planverk.tables import LINKS, Column, Table, Tables

METADATA, PACKAGE = "csv-metadata.json", "datapackage.json"
Json = dict[str, Any]  # Any: JSON

_CSVW = "http://www.w3.org/ns/csvw"
# Types of the Table Schema of Frictionless, by those of CSVW; the others are strings there.
_FRICTIONLESS = {
    "boolean": "boolean",
    "date": "date",
    "dateTime": "datetime",
    "decimal": "number",
    "gYear": "year",
    "integer": "integer",
    "nonNegativeInteger": "integer",
    "positiveInteger": "integer",
}


def write_rows(folder: Path, tables: Tables) -> list[str]:
    """Write each table as a file of its own; give their names in the order of the tables."""
    with ExitStack() as stack:
        writers = {}
        for table in tables:
            file = stack.enter_context((folder / file_name(table)).open("w", encoding="utf-8", newline=""))
            writers[table.name] = csv.writer(file)
            writers[table.name].writerow([column.name for column in table.columns])
        for name, cells in tables.rows():
            writers[name].writerow(cells)
    return [file_name(table) for table in tables]


def file_name(table: Table) -> str:
    """The name of a table's file."""
    return f"{table.name}.csv"


def metadata(tables: Iterable[Table], about: Json) -> bytes:
    """The CSVW description of the tables as a group; `about` is what is said of all of them (CSVW metadata, 5.3)."""
    described = [_table(table) for table in tables]
    return _written({"@context": [_CSVW, {"@language": "nb"}], **about, "tables": described})


def package(tables: Iterable[Table], about: Json) -> bytes:
    """The tables as a Data Package (Frictionless, Data Package 1.0)."""
    return _written({"profile": "tabular-data-package", **about, "resources": [_resource(table) for table in tables]})


def _table(table: Table) -> Json:
    schema: Json = {"columns": [_column(column) for column in table.columns]}
    if table.has_key:
        schema |= {"primaryKey": "iri", "aboutUrl": "{+iri}"}
    if table.name == LINKS:
        schema |= {"aboutUrl": "{+from}"}
        schema["columns"][1] |= {"suppressOutput": True}
        schema["columns"][2] |= {"propertyUrl": "{+property}", "valueUrl": "{+to}"}
    keys = [_foreign_key(column) for column in table.columns if column.leads_to]
    if keys:
        schema["foreignKeys"] = keys
    return {
        "url": file_name(table),
        "dc:title": _in_languages(table.titles),
        **({"dc:description": _in_languages(table.meanings)} if table.meanings else {}),
        **({"dc:subject": {"@id": str(table.kind)}} if table.kind else {}),
        "tableSchema": schema,
    }


def _column(column: Column) -> Json:
    is_link = column.datatype == "anyURI" and column.property and not column.separator
    described: Json = {
        "name": column.name,
        # The first title is the heading in the file, which is the same in all languages.
        "titles": column.name,
        "dc:title": _in_languages(column.titles),
        "dc:description": _in_languages(column.meanings),
        "datatype": column.datatype,
        "lang": column.language,
        "separator": column.separator,
        "propertyUrl": str(column.property) if column.property else None,
        "valueUrl": f"{{+{column.name}}}" if is_link else None,
        "suppressOutput": None if column.property else True,
        "required": True if column.name == "iri" else None,
    }
    return {key: value for key, value in described.items() if value is not None and value != []}


def _foreign_key(column: Column) -> Json:
    reference = {"resource": f"{column.leads_to}.csv", "columnReference": "iri"}
    return {"columnReference": column.name, "reference": reference}


def _in_languages(texts: dict[str, str]) -> list[Json]:
    return [{"@value": text, "@language": language} for language, text in texts.items()]


def _resource(table: Table) -> Json:
    schema: Json = {"fields": [_field(column) for column in table.columns], "missingValues": [""]}
    if table.has_key:
        schema["primaryKey"] = "iri"
    keys = [
        {"fields": column.name, "reference": {"resource": column.leads_to, "fields": "iri"}}
        for column in table.columns
        if column.leads_to
    ]
    if keys:
        schema["foreignKeys"] = keys
    return {
        # Names of resources are in small letters; `links` must find `things` by its name.
        "name": table.name.lower(),
        "path": file_name(table),
        "title": _first(table.titles),
        "description": _first(table.meanings),
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _field(column: Column) -> Json:
    kind = "string" if column.separator else _FRICTIONLESS.get(column.datatype, "string")
    field = {"name": column.name, "title": _first(column.titles), "type": kind, "rdfType": column.property}
    described = {"description": _first(column.meanings)} if column.meanings else {}
    return {key: value for key, value in {**field, **described}.items() if value is not None}


def _first(texts: dict[str, str]) -> str:
    return next((texts[language] for language in ("nb", "nn", "en") if language in texts), "")


def _written(document: Json) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"

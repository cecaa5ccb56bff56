"""Imports run one way, and each library has its address."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "service" / "planverk"

# From the edges to the middle: a module may import from the rows below its own, and within its own row.
LAYERS = [
    {"cli"},
    {"server"},
    {"web"},
    {"desk", "doctor", "document", "exchange", "founding"},
    {"harvesting", "publication"},
    {"making"},
    {"parts"},
    {"neighbours"},
    {"catalogue", "informationmodel", "sitemap"},
    {"concepts"},
    {
        "changes",
        "derivation",
        "feed",
        "questions",
        "report",
        "search",
        "sources",
        "tables",
        "validation",
        "verification",
        "void",
    },
    {"store"},
    {"examples", "release", "versions"},
    {"colophon"},
    {"dictionary", "findings", "rules", "serialization", "vocabulary"},
    {
        "instance",
        "characters",
        "citation",
        "limits",
        "lines",
        "media",
        "packing",
        "parameters",
        "passages",
        "vocab",
        "folders",
        "settings",
    },
]

# The only modules that may import a library; those not named here may be imported by all.
ADDRESSES = {
    "SPARQLWrapper": {"store.remote"},
    "click": {"cli"},
    "flask": {"web"},
    "babel": {"web"},
    "flask_babel": {"web"},
    "flask_compress": {"web"},
    "flask_cors": {"web"},
    "docx": {"document"},
    "lxml": {"sources.workbook"},
    "openpyxl": {"sources.workbook"},
    "prometheus_client": {"web"},
    "pyoxigraph": {"serialization", "store.building", "store.embedded", "store.engine", "store.results"},
    "pyshacl": {"validation"},
    "snowballstemmer": {"search"},
    "uvicorn": {"server"},
    "werkzeug": {"web"},
    "xlsxwriter": {"tables.spreadsheet"},
}

MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    return plain | {f"{node.module}.{alias.name}" for node in froms for alias in node.names}


def layer_of(module: str) -> int:
    top = module.partition(".")[0]
    return next(place for place, layer in enumerate(LAYERS) if top in layer)


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.parent != PACKAGE or path.stem != "__init__"], ids=name_of
)
def test_imports_run_from_the_edges_to_the_middle(path: Path) -> None:
    module = name_of(path)
    own = {found.removeprefix("planverk.") for found in imports_of(path) if found.startswith("planverk.")}
    upwards = [found for found in own if found[0].islower() and layer_of(found) < layer_of(module)]
    assert upwards == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_each_library_has_its_address(path: Path) -> None:
    module = name_of(path)
    libraries = {found.partition(".")[0] for found in imports_of(path)}
    strangers = [
        library
        for library in libraries & set(ADDRESSES)
        if not any(module == place or module.startswith(place + ".") for place in ADDRESSES[library])
    ]
    assert strangers == []


def test_every_address_is_in_use() -> None:
    used = {(found.partition(".")[0]) for path in MODULES for found in imports_of(path)}
    assert set(ADDRESSES) <= used


@pytest.mark.parametrize("path", sorted((PACKAGE / "queries").rglob("*.rq")), ids=lambda path: path.stem)
def test_every_query_says_in_its_first_line_what_it_asks(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("# ")

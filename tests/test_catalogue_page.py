"""The catalogue as people read it: datasets with their files and sizes, the services, and where harvesters go."""

import html
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rdflib import Graph, Literal

from planverk.instance import Instance
from planverk.release import CATALOGUE, CONCEPTS, DATA, MODEL, VOCABULARY, open_release
from planverk.serialization import read
from planverk.vocab import DCAT, NAMES, RDF
from planverk.web import datasets
from planverk.web.datasets import written_size


@pytest.fixture(scope="module")
def page(fjordheim_client: FlaskClient) -> str:
    return html.unescape(fjordheim_client.get("/nb/katalog").text)


@pytest.fixture(scope="module")
def catalogue(fjordheim_client: FlaskClient) -> Graph:
    return Graph().parse(data=fjordheim_client.get("/katalog.ttl").data, format="turtle")


def test_every_dataset_stands_there_with_all_its_files(page: str, catalogue: Graph) -> None:
    found = set(catalogue.subjects(RDF.type, DCAT.Dataset))
    assert f"Datasett <small>{len(found)}</small>" in page
    assert page.count(">Alt katalogen sier om datasettet<") == len(found) > 1
    files = {
        str(url).removeprefix("https://fjordheim.example.org") for url in catalogue.objects(None, DCAT.downloadURL)
    }
    assert len(files) == 8
    for file in files:
        assert page.count(f'<li><a href="{file}">') >= len(found)


def test_the_size_of_a_file_is_that_of_the_release(page: str, fjordheim: Instance) -> None:
    sizes = {row["name"]: row["bytes"] for row in open_release(fjordheim.releases / "1.0.0").files}
    for name in ("data.ttl", "tables.zip"):
        assert re.search(rf'{name}">[^<]* <small>{written_size(sizes[name], "nb")}</small>', page)


@pytest.mark.parametrize(
    ("size", "language", "shown"),
    [(0, "nb", "0 B"), (999, "nb", "999 B"), (1000, "en", "1 kB"), (1234, "nb", "1,2 kB"), (1234, "en", "1.2 kB"),
     (312_400, "nb", "312 kB"), (45_678_901, "nn", "46 MB"), (7_000_000_000_000, "en", "7,000 GB")],
)  # fmt: skip
def test_a_size_is_written_as_people_write_it(size: int, language: str, shown: str) -> None:
    assert written_size(size, language) == shown.replace(" ", "\u00a0")


def test_services_and_the_other_harvest_documents_stand_there(page: str) -> None:
    assert "<code>https://fjordheim.example.org/sparql</code>" in page
    for path in ("/begreper", "/informasjonsmodell", "/katalog/europa", "/katalog/kontroll"):
        assert f'href="/nb{path}"' in page


def test_the_page_reads_no_more_of_the_catalogue_than_it_shows(
    fjordheim_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "MOST", 2)
    told = fjordheim_client.get("/nb/katalog").text
    assert told.count(">Alt katalogen sier om datasettet<") == 2
    assert "De første 2 av 6 vises." in told


@pytest.mark.parametrize(
    ("path", "headings"),
    [
        ("/begreper", ["Begreper"]),
        ("/informasjonsmodell", ["Klasser", "Kodelister", "Enkle typer"]),
        ("/doc/dataset/nyskaping-2021-2028", ["Datatjenester", "Filer"]),
    ],
)
def test_what_is_harvested_has_sections_too(fjordheim_client: FlaskClient, path: str, headings: list[str]) -> None:
    told = fjordheim_client.get(f"/nb{path}").text
    found = re.findall(r"<h2[^>]*>([^<]*)(?: <small>\d+</small>)?</h2>", told)
    assert [heading.strip() for heading in found][: len(headings)] == headings


@pytest.mark.parametrize("part", [CATALOGUE, CONCEPTS, MODEL, DATA])
def test_what_is_harvested_has_words_on_pages_in_each_language(fjordheim: Instance, part: str) -> None:
    folder = fjordheim.releases / "1.0.0"
    graph = read((folder / part).read_bytes())
    known = read((folder / VOCABULARY).read_bytes()) + Graph().parse(Path(datasets.__file__).parent / "terms.ttl")
    for term in {*graph.predicates(), *graph.objects(None, RDF.type)}:
        named = {name.language for kind in NAMES for name in known.objects(term, kind) if isinstance(name, Literal)}
        assert named >= {"nb", "nn", "en"}, term


def test_a_page_uses_the_words_and_no_addresses(fjordheim_client: FlaskClient) -> None:
    for path in ("/doc/dataset/nyskaping-2021-2028", "/doc/catalogue/plans", "/begreper", "/doc/service/sparql"):
        told = fjordheim_client.get(f"/nn{path}").text
        assert not re.search(r"<dt[^>]*>[^<]*://", told), path
        assert not re.search(r'class="kind"><a [^>]*>[^<]*://', told), path

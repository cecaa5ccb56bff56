"""Two counties side by side, each serving: one pulls the other, and questions are answered over both without mixing them."""

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from rdflib import Graph, URIRef

from conftest import TESTS
from planverk import folders, publication
from planverk.cli import main
from planverk.instance import Instance, read_instance
from planverk.neighbours import neighbours
from planverk.release import CATALOGUE, DATA, VOCABULARY
from planverk.vocab import RDF, SD
from test_server import free_port, get, rewrite, served

PREFIXES = """
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX plan: <https://w3id.org/planverk/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
# The same question of each county: who follows up which theme?
THEMES = "?theme a plan:Theme ; rdfs:label ?name ; plan:followedUpBy ?team . FILTER (LANG(?name) = 'nb')"


class Counties(NamedTuple):
    """Buskerud, which has pulled Fjordheim, and Fjordheim."""

    own: Instance
    other: Instance

    @property
    def port(self) -> int:
        return int(self.own.base.rpartition(":")[2].strip("/"))

    def ask(self, query: str) -> list[dict[str, str]]:
        status, body = get(self.port, f"/sparql?{urlencode({'query': PREFIXES + query})}", "text/csv")
        assert status == 200, body
        return list(csv.DictReader(io.StringIO(body.decode())))


def at_port(source: Path, folder: Path, port: int) -> Path:
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("releases"))
    rewrite(folder / "planverk.toml", r'^base = ".*"$', f'base = "http://127.0.0.1:{port}/"')
    return folder


def release(folder: Path) -> Instance:
    instance = read_instance(folder)
    examined = publication.examine(instance, lambda step: None)
    publication.publish(instance, examined, lambda step: None)
    return instance


@pytest.fixture(scope="module")
def counties(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counties]:
    folder, port, other_port = tmp_path_factory.mktemp("counties"), free_port(), free_port()
    other = release(at_port(TESTS / "fjordheim", folder / "fjordheim", other_port))
    own = at_port(folders.DATA / "buskerud", folder / "buskerud", port)
    # Which concept a theme of Buskerud belongs under, no source says; this one is invented.
    (own / "mapping.ttl").write_text(
        f"<id/theme/kompetanse> <https://w3id.org/planverk/ontology#themeConcept> <{other.base}id/concept/kompetanse> .\n",
        encoding="utf-8",
    )
    with (own / "planverk.toml").open("a", encoding="utf-8") as toml:
        toml.write(f'\n[federation]\nallow = ["{other.base}sparql"]\n')
    with served(other, other_port):
        outcome = CliRunner().invoke(main, ["pull", other.base, str(own)])
        assert outcome.exit_code == 0, outcome.output
        with served(release(own), port):
            yield Counties(read_instance(own), other)


def test_a_count_of_ones_own_plans_is_of_ones_own_plans(counties: Counties) -> None:
    folder = counties.own.releases / "1.0.0"
    lines = [line for name in (DATA, VOCABULARY, CATALOGUE) for line in (folder / name).read_text("utf-8").splitlines()]
    own = len({line.rsplit(" ", 2)[0] for line in lines})
    assert counties.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [{"n": str(own)}]


def test_nothing_of_the_other_is_in_the_dumps_the_search_or_the_catalogue(counties: Counties) -> None:
    folder = counties.own.releases / "1.0.0"
    subjects = {line.split(b" ")[0] for name in (DATA, CATALOGUE) for line in (folder / name).read_bytes().splitlines()}
    assert not [subject for subject in subjects if counties.other.base.encode() in subject]
    assert b"Havteknologi" not in get(counties.port, "/search.json?q=havbruk", "application/json")[1]


def test_the_others_things_have_no_pages_here(counties: Counties) -> None:
    assert get(counties.port, "/doc/theme/hav%C3%A6ringer", "text/turtle")[0] == 404


def test_one_question_is_answered_over_both_counties_by_named_graphs(counties: Counties) -> None:
    found = counties.ask(f"""SELECT ?county (COUNT(DISTINCT ?theme) AS ?themes) {{
      {{ BIND (<{counties.own.base}> AS ?county) {THEMES} }}
      UNION {{ GRAPH ?register {{ ?graph foaf:homepage ?county }} GRAPH ?graph {{ {THEMES} }} }}
    }} GROUP BY ?county""")
    assert {row["county"]: int(row["themes"]) for row in found} == {
        counties.own.base: themes(counties.own),
        counties.other.base: themes(counties.other),
    }


def themes(instance: Instance) -> int:
    graph = Graph().parse(instance.releases / "1.0.0" / "data.nt", format="nt")
    plan = "https://w3id.org/planverk/ontology#"
    found = graph.subjects(RDF.type, URIRef(f"{plan}Theme"))
    return sum((theme, URIRef(f"{plan}followedUpBy"), None) in graph for theme in found)


def test_the_same_question_put_to_the_other_by_service_has_the_same_answer(counties: Counties) -> None:
    pulled = counties.ask(
        f"SELECT ?theme ?name ?team {{ GRAPH ?register {{ ?graph foaf:homepage ?county }} GRAPH ?graph {{ {THEMES} }} }}"
    )
    asked = counties.ask(f"SELECT ?theme ?name ?team {{ SERVICE <{counties.other.base}sparql> {{ {THEMES} }} }}")
    assert len(asked) > 3
    assert sorted(map(repr, asked)) == sorted(map(repr, pulled))


def test_counties_are_listed_with_version_day_licence_and_origin(counties: Counties) -> None:
    status, body = get(counties.port, "/query/counties?format=csv", "*/*")
    rows = list(csv.DictReader(io.StringIO(body.decode())))
    assert status == 200
    assert [(row["county"], row["version"], row["modified"]) for row in rows] == [
        (counties.own.base, "1.0.0", "2026-11-23"),
        (counties.other.base, "1.0.0", "2026-11-23"),
    ]
    assert [row["from"] for row in rows] == ["", f"{counties.other.base}releases/1.0.0/data.nq"]


def test_themes_meet_in_a_concept_and_those_who_work_under_them_are_told(counties: Counties) -> None:
    concept = f"{counties.other.base}id/concept/kompetanse"
    rows = csv.DictReader(io.StringIO(get(counties.port, "/query/common-themes?format=csv", "*/*")[1].decode()))
    meeting = {(row["county"], row["theme"].rpartition("/")[2]) for row in rows if row["concept"] == concept}
    assert meeting >= {(counties.own.base, "kompetanse"), (counties.other.base, "kompetanse")}
    theme = quote(f"{counties.other.base}id/theme/kompetanse")
    deeds = csv.DictReader(
        io.StringIO(get(counties.port, f"/query/common-actions?theme={theme}&format=csv", "*/*")[1].decode())
    )
    assert {row["actorName"] for row in deeds} > {"Universitetet i Fjordheim (oppdiktet)"}


@pytest.mark.parametrize(
    ("language", "heading"),
    [("nb", "Fylker side om side"), ("nn", "Fylke side om side"), ("en", "Counties side by side")],
)
def test_a_page_shows_the_counties_side_by_side_and_links_to_each_ones_own_address(
    language: str, heading: str, counties: Counties
) -> None:
    status, body = get(counties.port, f"/{language}/counties", "text/html")
    page = body.decode()
    assert (status, heading in page) == (200, True)
    assert f'href="/{language}/doc/theme/kompetanse"' in page
    assert f'href="{counties.other.base}id/theme/kompetanse"' in page
    assert f'href="{counties.other.base}id/action/' in page


def test_the_service_says_that_not_all_graphs_are_read_as_one(counties: Counties) -> None:
    description = Graph().parse(data=get(counties.port, "/sparql", "text/turtle")[1], format="turtle")
    names = {str(name).rpartition("/")[2] for name in description.objects(None, SD.name)}
    assert {name for name in names if name.startswith("neighbour")} == {
        "neighbours",
        f"neighbour-127.0.0.1-{other_port(counties)}",
    }
    assert (None, SD.feature, SD.UnionDefaultGraph) not in description


def other_port(counties: Counties) -> str:
    return counties.other.base.rpartition(":")[2].strip("/")


def test_catalogue_and_endpoint_give_the_same_statements(counties: Counties, tmp_path: Path) -> None:
    shutil.copy(counties.own.folder / "planverk.toml", tmp_path)
    outcome = CliRunner().invoke(main, ["pull", f"{counties.other.base}sparql", str(tmp_path)])
    assert outcome.exit_code == 0, outcome.output
    assert [len(one.graph) for one in neighbours(read_instance(tmp_path))] == [
        len(one.graph) for one in neighbours(counties.own)
    ]


def test_a_county_that_has_pulled_nobody_says_so(odd_client: FlaskClient) -> None:
    assert "Ingen andre fylker er hentet hit ennå" in odd_client.get("/nb/counties").text

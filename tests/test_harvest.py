"""The catalogue that data.norge.no and others harvest: what its harvester needs, and what the official shapes say."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from rdflib import RDF, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from werkzeug.test import TestResponse

from planverk import release
from planverk.catalogue import catalogue as make_catalogue
from planverk.cli import main
from planverk.instance import Instance
from planverk.media import HTML, RDF_REPRESENTATIONS, TURTLE, Representation
from planverk.vocab import DCAT, DCT, EU, FOAF, PLAN, SKOS, XSD
from test_resources import graph_of

# fdk-harvester takes the language to parse with from the first of these in the Accept field it was registered with.
HARVESTERS = ["text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples", "application/trig",
              "application/n-quads"]  # fmt: skip
# What every dataset has besides RDF: the file, its type, and the media type that says so.
TABLES = [
    ("tables.xlsx", "XLSX", DCAT.mediaType, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("tables.zip", "CSV", DCAT.packageFormat, "application/zip"),
]
FORMAT = URIRef(f"{DCT}format")  # DCT.format is the method of str
INSTANCES = pytest.mark.parametrize("who", ["buskerud", "odd"])

# rdflib's parsers use names that it has deprecated itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")


@pytest.fixture
def harvested(request: pytest.FixtureRequest, who: str) -> TestResponse:
    """What the harvester gets from an instance."""
    client: FlaskClient = request.getfixturevalue({"buskerud": "client", "odd": "odd_client"}[who])
    return client.get("/katalog", headers={"Accept": "text/turtle"})


@pytest.fixture
def catalogue(harvested: TestResponse) -> Graph:
    return Graph().parse(data=harvested.data, format="turtle")


# The answer


@pytest.mark.parametrize("path", ["/katalog", "/katalog/", "/katalog.ttl"])
def test_the_catalogue_is_answered_at_once(odd_client: FlaskClient, path: str) -> None:
    response = odd_client.get(path, headers={"Accept": "text/turtle"})
    assert (response.status_code, response.content_type) == (200, TURTLE.content_type)
    assert response.history == ()
    assert int(response.headers["Content-Length"]) == len(response.data) < 75_000_000


@pytest.mark.parametrize("accept", [None, "", "*/*", "text/turtle", "text/turtle, */*;q=0.1", "text/n3"])
def test_without_other_wishes_the_catalogue_is_turtle(odd_client: FlaskClient, accept: str | None) -> None:
    response = odd_client.get("/katalog", headers={} if accept is None else {"Accept": accept})
    assert response.content_type == TURTLE.content_type


def test_a_browser_gets_the_catalogue_as_a_page(odd_client: FlaskClient) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    response = odd_client.get("/katalog", headers={"Accept": accept})
    assert response.content_type == HTML.content_type
    assert "<h1>Fjordheim (oppdiktet)</h1>" in response.text


def test_the_harvester_is_sent_nothing_compressed(odd_client: FlaskClient) -> None:
    # It takes Content-Encoding for a character set, and fails.
    assert "Content-Encoding" not in odd_client.get("/katalog", headers={"Accept": "text/turtle"}).headers


@pytest.mark.parametrize("accept", HARVESTERS)
def test_the_catalogue_is_in_the_language_of_the_accept_field(odd_client: FlaskClient, accept: str) -> None:
    response = odd_client.get("/katalog", headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (200, accept)


@pytest.mark.parametrize("row", RDF_REPRESENTATIONS, ids=lambda row: row.suffix)
@INSTANCES
def test_the_catalogue_says_the_same_in_all_its_forms(
    request: pytest.FixtureRequest, catalogue: Graph, who: str, row: Representation
) -> None:
    client: FlaskClient = request.getfixturevalue({"buskerud": "client", "odd": "odd_client"}[who])
    assert isomorphic(graph_of(client.get(f"/katalog.{row.suffix}"), row), catalogue)


def test_the_catalogue_asked_for_twice_is_the_same_bytes(odd_client: FlaskClient) -> None:
    first, second = odd_client.get("/katalog"), odd_client.get("/katalog")
    assert (first.data, first.headers["ETag"]) == (second.data, second.headers["ETag"])


def test_the_catalogue_built_elsewhere_is_the_same_bytes(odd: Instance, tmp_path: Path) -> None:
    # Each resource is compared by a hash of its statements; a change that is none would be harvested as one.
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(odd.folder, elsewhere, ignore=shutil.ignore_patterns("releases"))
    command = [sys.executable, "-m", "planverk.cli", "release", str(elsewhere)]
    subprocess.run(
        command, env={**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo"}, capture_output=True, check=True
    )
    built = elsewhere / "releases" / odd.version / release.CATALOGUE
    assert built.read_bytes() == (odd.releases / odd.version / release.CATALOGUE).read_bytes()


# The content


@INSTANCES
def test_everything_in_the_catalogue_has_an_absolute_iri(catalogue: Graph) -> None:
    nodes = {node for triple in catalogue for node in triple}
    assert not [node for node in nodes if isinstance(node, BNode)]
    relative = [node for node in nodes if isinstance(node, URIRef) and not urlsplit(node).scheme]
    assert relative == []
    assert not [node for node in nodes if isinstance(node, URIRef) and "example.com" in node]


@INSTANCES
def test_the_catalogue_can_be_written_as_rdf_xml(catalogue: Graph) -> None:
    again = Graph().parse(data=catalogue.serialize(format="xml"), format="xml")
    assert isomorphic(again, catalogue)


@INSTANCES
def test_the_catalogue_has_a_dataset_for_each_plan_a_series_of_them_and_one_service_for_all(
    catalogue: Graph, harvested: TestResponse
) -> None:
    (top,) = catalogue.subjects(RDF.type, DCAT.Catalog)
    (service,) = catalogue.subjects(RDF.type, DCAT.DataService)
    (series,) = catalogue.subjects(RDF.type, DCAT.DatasetSeries)
    datasets = set(catalogue.subjects(RDF.type, DCAT.Dataset))
    assert datasets
    assert set(catalogue.objects(top, DCAT.dataset)) == {*datasets, series}
    assert (
        set(catalogue.objects(service, DCAT.servesDataset))
        == set(catalogue.subjects(DCAT.inSeries, series))
        == datasets
    )
    for dataset in datasets:
        files = set(catalogue.objects(dataset, DCAT.distribution))
        assert len(files) == len(RDF_REPRESENTATIONS) + len(TABLES)
        for name, file_type, term, media_type in TABLES:
            (file,) = (one for one in files if str(catalogue.value(one, DCAT.downloadURL)).endswith(f"/{name}"))
            assert (file, FORMAT, EU[f"file-type/{file_type}"]) in catalogue
            assert (file, term, URIRef(f"https://www.w3.org/ns/iana/media-types/{media_type}")) in catalogue
        for term in (DCT.title, DCT.description, DCT.publisher, DCAT.contactPoint, DCAT.theme, DCT.accessRights):
            assert (dataset, term, None) in catalogue


@INSTANCES
def test_every_address_of_ours_in_the_catalogue_answers(
    request: pytest.FixtureRequest, catalogue: Graph, who: str
) -> None:
    client: FlaskClient = request.getfixturevalue({"buskerud": "client", "odd": "odd_client"}[who])
    base = request.getfixturevalue(who).base
    ours = sorted(
        {node for triple in catalogue for node in triple if isinstance(node, URIRef) and node.startswith(base)}
    )
    for iri in ours:
        response = client.get("/" + iri.removeprefix(base), follow_redirects=True, buffered=True)
        assert response.status_code == 200, iri


@INSTANCES
def test_every_dataset_leads_to_files_of_the_media_type_it_promises(
    request: pytest.FixtureRequest, catalogue: Graph, who: str
) -> None:
    client: FlaskClient = request.getfixturevalue({"buskerud": "client", "odd": "odd_client"}[who])
    base = request.getfixturevalue(who).base
    promised = 0
    sent = [*catalogue.subject_objects(DCAT.mediaType), *catalogue.subject_objects(DCAT.packageFormat)]
    for file, media_type in sent:
        url = str(catalogue.value(file, DCAT.downloadURL))
        response = client.get("/" + url.removeprefix(base), buffered=True)
        assert response.mimetype == str(media_type).removeprefix("https://www.w3.org/ns/iana/media-types/")
        promised += 1
    assert promised >= 7


@INSTANCES
def test_foreign_terms_are_described_where_they_are_used(catalogue: Graph) -> None:
    for term in (DCAT.theme, DCT.accessRights, DCT.language, FORMAT, DCT.accrualPeriodicity):
        for value in (URIRef(str(node)) for node in catalogue.objects(None, term)):
            assert (value, RDF.type, SKOS.Concept) in catalogue, value
            assert (value, SKOS.prefLabel, None) in catalogue, value
            assert (value, SKOS.inScheme, None) in catalogue or not value.startswith(EU), value
    for publisher in set(catalogue.objects(None, DCT.publisher)):
        assert isinstance(catalogue.value(publisher, FOAF.name), Literal)


def topics(catalogue: Graph, instance: Instance, thing: str) -> tuple[set[str], set[str]]:
    """The themes, by the last part of their addresses, and the keywords of a thing of the catalogue."""
    subject = URIRef(f"{instance.base}id/{thing}")
    themes = {str(theme).rpartition("/")[2] for theme in catalogue.objects(subject, DCAT.theme)}
    return themes, {str(word) for word in catalogue.objects(subject, DCAT.keyword)}


@pytest.mark.parametrize(
    ("thing", "themes", "keywords"),
    [
        ("dataset/verdiskaping-2015-2020", {"ECON", "naring"}, {"verdiskaping", "næringsutvikling"}),
        ("dataset/kunnskapssamfunnet-2016-2020", {"EDUC", "skole-og-utdanning"}, {"kunnskapssamfunnet", "opplæring"}),
        ("service/sparql", set(), {"SPARQL"}),
    ],
)
def test_what_one_plan_is_about_is_said_of_no_other(
    buskerud: Instance, client: FlaskClient, thing: str, themes: set[str], keywords: set[str]
) -> None:
    catalogue = Graph().parse(data=client.get("/katalog.ttl").data, format="turtle")
    shared = ({"REGI", "planer"}, {"regional plan", "Buskerud"})
    assert topics(catalogue, buskerud, thing) == (shared[0] | themes, shared[1] | keywords)


def test_a_table_about_a_plan_that_is_not_there_is_refused(unreleased: Instance) -> None:
    settings = unreleased.folder / "planverk.toml"
    with settings.open("a", encoding="utf-8") as file:
        file.write('\n[catalogue.plans.fjern]\nkeywords = ["fjern"]\n')
    outcome = CliRunner().invoke(main, ["check", str(unreleased.folder)])
    assert (outcome.exit_code, "[catalogue.plans.fjern] is about no plan" in outcome.stderr) == (1, True)


@INSTANCES
def test_no_description_repeats_its_title(catalogue: Graph) -> None:
    repeated = [
        thing for thing, title in catalogue.subject_objects(DCT.title) if (thing, DCT.description, title) in catalogue
    ]
    assert repeated == []


def test_a_plan_without_a_description_is_described_by_what_it_is(odd: Instance) -> None:
    plans = Graph().parse(data="<id/plan/a> a <https://w3id.org/planverk/ontology#RegionalPlan> .", publicID=odd.base)
    texts = make_catalogue(odd, plans).objects(URIRef(f"{odd.base}id/dataset/a"), DCT.description)
    assert {text.language for text in texts if isinstance(text, Literal)} == {"nb", "nn", "en"}


@INSTANCES
def test_a_file_that_holds_all_plans_says_so(catalogue: Graph) -> None:
    files = set(catalogue.subjects(RDF.type, DCAT.Distribution))
    texts = {
        str(text) for file in files for text in catalogue.objects(file, DCT.description)
        if isinstance(text, Literal) and text.language == "nb"
    }  # fmt: skip
    assert texts
    assert all("Hele utgaven, med alle planer i katalogen" in text for text in texts)


def test_the_series_leads_from_the_last_plan_to_the_first(odd: Instance) -> None:
    plans = Graph().parse(data="""
        @prefix plan: <https://w3id.org/planverk/ontology#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        <id/plan/b> a plan:RegionalPlan ; plan:startDate "2020-01-01"^^xsd:date ; plan:endDate "2024-12-31"^^xsd:date .
        <id/plan/a> a plan:RegionalPlan ; plan:startDate "2025-01-01"^^xsd:date .
        <id/plan/c> a plan:RegionalPlan ; plan:startDate "2016-01-01"^^xsd:date ; plan:endDate "2019-12-31"^^xsd:date .
        """, publicID=odd.base)  # fmt: skip
    catalogue = make_catalogue(odd, plans)
    (series,) = catalogue.subjects(RDF.type, DCAT.DatasetSeries)
    chain = [catalogue.value(series, DCAT.last)]
    while earlier := catalogue.value(chain[-1], DCAT.prev):
        chain.append(earlier)
    assert [str(dataset)[-1] for dataset in chain] == ["a", "b", "c"]
    assert chain[-1] == catalogue.value(series, DCAT.first)
    period = catalogue.value(series, DCT.temporal)
    assert [str(catalogue.value(period, end)) for end in (DCAT.startDate, DCAT.endDate)] == ["2016-01-01", "2024-12-31"]


def test_a_withdrawn_plan_is_no_longer_offered(odd: Instance) -> None:
    plans = Graph().parse(odd.folder / "plan.ttl", publicID=odd.base)
    (plan,) = plans.subjects(RDF.type, PLAN.RegionalPlan)
    assert list(make_catalogue(odd, plans).subjects(RDF.type, DCAT.Dataset))
    plans.add((plan, PLAN.withdrawnOn, Literal("2026-01-02", datatype=XSD.date)))
    assert not list(make_catalogue(odd, plans).subjects(RDF.type, DCAT.Dataset))

"""Questions with an address: saved queries and their values, those an instance adds, and the examples."""

import csv
import re
import shutil
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis import strategies as st
from rdflib import RDF, RDFS, Graph, Literal, URIRef
from werkzeug.test import TestResponse

from conftest import TESTS
from planverk import folders, publication, release
from planverk.cli import main
from planverk.findings import Finding
from planverk.instance import Instance, read_instance
from planverk.media import BY_SUFFIX, RDF_REPRESENTATIONS, Representation
from planverk.parameters import Parameter, Values
from planverk.questions import Question, examples, saved
from planverk.store.binding import bind
from planverk.store.formats import FORMATS, GRAPH, TABLE, TRUTH, ResultFormat
from planverk.vocab import SCHEMA, SH
from planverk.vocabulary import read_vocabulary
from planverk.web import create_app
from test_resources import graph_of

DOCS = TESTS.parent / "docs"
LANGUAGES = {"nb", "nn", "en"}
BUNDLED = saved(Path("no-release"))
EXAMPLES = examples()
QUERIES = sorted((folders.QUERIES / "saved").glob("*.rq")) + sorted((folders.QUERIES / "examples").glob("*.rq"))
PLAN = "plan/verdiskaping-2015-2020"

# What each saved query is asked of Buskerud, and how many rows or statements are the least there can be.
ASKED = [
    ("actions", {}, 0),
    ("actors", {}, 20),
    ("actors", {"actor": "body/styringsgruppen"}, 2),
    ("actors", {"actor": "body/styringsgruppen", "role": "owner"}, 0),
    ("actors", {"role": "owner"}, 1),
    ("decisions", {}, 6),
    ("decisions", {"year": "2014"}, 2),
    ("decisions", {"year": "1999"}, 0),
    ("decisions", {"body": "body/fylkestinget", "year": "2014"}, 1),
    ("disputed", {}, 20),
    ("disputed", {"status": "rejected", "thing": "decision/verdiskaping-2015-2020"}, 1),
    ("elements", {"theme": "theme/kompetanse"}, 4),
    ("elements", {"theme": "theme/nothing"}, 0),
    ("find", {"text": "KOMPETANSE"}, 5),
    ("find", {"text": "kompetanse", "language": "NB"}, 5),
    ("find", {"text": "kompetanse", "language": "en"}, 0),
    ("in-force", {"day": "2017-05-17"}, 3),
    ("in-force", {"day": "1917-05-17"}, 0),
    ("plan", {"plan": PLAN}, 500),
    ("plan", {"plan": "plan/nothing"}, 0),
    ("programmes", {}, 4),
    ("programmes", {"plan": PLAN}, 3),
    ("sources", {"thing": "theme/kompetanse"}, 3),
    ("themes", {}, 5),
    ("themes", {"plan": PLAN}, 5),
    ("themes", {"plan": "plan/kunnskapssamfunnet-2016-2020"}, 0),
]
# The address asked, and the parameters that are named as wrong.
REFUSED = [
    ("/query/in-force", {"day"}),
    ("/query/in-force?day=", {"day"}),
    ("/query/in-force?day=2015-02-30", {"day"}),
    ("/query/in-force?day=17.5.2017", {"day"}),
    ("/query/in-force?day=2017-05-17&day=2017-05-18", {"day"}),
    ("/query/themes?theme=theme/kompetanse", {"theme"}),
    ("/query/themes?theme=", {"theme"}),
    ("/query/themes?query=ASK%7B%7D", {"query"}),
    ("/query/themes?plan=a%3E%20b", {"plan"}),
    ("/query/themes?plan=%22", {"plan"}),
    ("/query/disputed?status=chosen", {"status"}),
    ("/query/decisions?year=14&month=2", {"year", "month"}),
    ("/query/decisions?year=2014%0A", {"year"}),
    ("/query/find?text=x&language=bokm%C3%A5l", {"language"}),
]
# A type, a text, and the term it means; None when it means none.
TEXTS = [
    ("iri", "theme/blåbær", "<https://data.example.org/id/theme/blåbær>"),
    ("iri", "https://data.example.org/id/theme/blåbær", "<https://data.example.org/id/theme/blåbær>"),
    ("iri", "urn:nbn:no-1", "<urn:nbn:no-1>"),
    ("iri", "concept/skråstrek/", "<https://data.example.org/id/concept/skråstrek/>"),
    ("iri", "theme/a b", None),
    ("iri", "theme/a>b", None),
    ("iri", "theme/%zz", None),
    ("iri", "theme/a#b#c", None),
    ("iri", "http://[::1/", None),
    ("string", "¡olé! \"'\\", '"¡olé! \\"\'\\\\"'),
    ("string", "a\nb", '"""a\nb"""'),
    ("language", "nn-NO", '"nn-no"'),
    ("language", "nynorsk på", None),
    ("date", "2016-02-29", '"2016-02-29"^^<http://www.w3.org/2001/XMLSchema#date>'),
    ("date", "2015-02-29", None),
    ("date", "2015-2-3", None),
    ("date", "20150203", None),
    ("integer", "-007", '"-007"^^<http://www.w3.org/2001/XMLSchema#integer>'),
    ("integer", "1.0", None),
    ("integer", "1e3", None),
    ("integer", "٣", None),
    ("year", "2015", '"2015"^^<http://www.w3.org/2001/XMLSchema#gYear>'),
    ("year", "15", None),
    ("code", "accepted", "<https://w3id.org/planverk/code/assertion-status/accepted>"),
    ("code", "ACCEPTED", None),
    ("code", "../evidence-level/verbatim", None),
]
# A file of an instance, what is wrong with it, and on which line.
BROKEN = {
    "comma.rq": ("# title@nb: Komma\nSELECT ?a, ?b { ?a ?p ?b }\n", "syntax", 2),
    "late.rq": ("# title@nb: Sent\n# parameter: x (iri)\n\nSELECT ?s\nWHERE {\n  ?s ?p $x .\n  ?s ?p ; ?l }\n", "syntax", 7),
    "update.rq": ("# title@nb: Endring\nCLEAR ALL\n", "syntax", 2),
    "service.rq": ("# title@nb: Henting\nASK { SERVICE <http://example.org/> { ?s ?p ?o } }\n", "syntax", 2),
    "deep.rq": (f"# title@nb: Dypt\nASK {'{' * 200}{'}' * 200}\n", "syntax", 2),
    "filled.rq": ("# title@nb: Fylt\n# parameter: x (iri)\nSELECT $x { $x ?p ?o }\n", "syntax", 3),
    "untitled.rq": ("# description@nb: Uten tittel\nASK {}\n", "title", 1),
    "misspelt.rq": ("# title@nb: Skrivefeil\n# tittel@nn: Skrivefeil\nASK {}\n", "heading", 1),
    "unread.rq": ("# title@nb: Uleselig\n# parameter: x (irl)\nASK { $x ?p ?o }\n", "heading", 2),
    "unused.rq": ("# title@nb: Ubrukt\n# parameter: x (iri)\nASK { ?x ?p ?o }\n", "parameter", 2),
    "inside.rq": ('# title@nb: Inni\n# parameter: x (string)\nASK { ?s ?p "$x", $x }\n', "parameter", 2),
    "comment.rq": ("# title@nb: Kommentar\n# parameter: x (string)\nASK { ?s ?p $x } # $x\n", "parameter", 2),
    "ours.rq": ("# title@nb: Opptatt\n# parameter: format (string)\nASK { ?s ?p $format }\n", "parameter", 2),
    "twice.rq": ("# title@nb: To\n# parameter: x (iri)\n# parameter: x (iri)\nASK { ?s ?p $x }\n", "parameter", 2),
    "no-list.rq": ("# title@nb: Liste\n# parameter: x (code of nothing)\nASK { ?s ?p $x }\n", "parameter", 2),
    "Blåbær.rq": ("# title@nb: Navn\nASK {}\n", "name", 1),
}  # fmt: skip
OWN = "# title@nb: Mine ting\n# parameter: least (integer, required)\n# least@nb: Det minste.\nSELECT ?n { BIND ($least + 1 AS ?n) }\n"

# rdflib's parsers use names that it has deprecated itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")


def get(client: FlaskClient, path: str, accept: str = "*/*") -> TestResponse:
    return client.get(path, headers={"Accept": accept})


def size(response: TestResponse, kind: str) -> int:
    """How many rows or statements an answer has."""
    if kind == GRAPH:
        return len(graph_of(response, BY_SUFFIX["ttl"]))
    return len(response.json["results"]["bindings"])


# The files


def test_what_comes_with_the_software_is_as_good_as_what_an_instance_may_add(unreleased: Instance) -> None:
    (unreleased.folder / "queries").mkdir()
    for path in QUERIES:
        (unreleased.folder / "queries" / path.name).write_bytes(path.read_bytes())
    assert publication.examine(unreleased, lambda step: None).violations == []


@pytest.mark.parametrize("question", [*BUNDLED.values(), *EXAMPLES.values()], ids=lambda question: question.name)
def test_every_question_is_told_in_three_languages(question: Question) -> None:
    assert set(question.titles) == LANGUAGES
    assert set(question.descriptions) in (LANGUAGES, set())
    assert [set(parameter.meanings) for parameter in question.parameters] == [LANGUAGES] * len(question.parameters)


@pytest.mark.parametrize("question", BUNDLED.values(), ids=lambda question: question.name)
def test_a_saved_query_runs_by_itself(client: FlaskClient, question: Question) -> None:
    response = get(client, "/sparql?" + urlencode({"query": question.query}))
    assert response.status_code == 200, response.text


# Saved queries and their answers


@pytest.mark.parametrize(("name", "given", "least"), ASKED, ids=str)
def test_a_saved_query_answers(client: FlaskClient, name: str, given: dict[str, str], least: int) -> None:
    response = get(client, f"/query/{name}?{urlencode(given)}")
    assert response.status_code == 200, response.text
    found = size(response, BUNDLED[name].kind)
    assert found >= least
    assert found or least == 0


@pytest.mark.parametrize("row", FORMATS[TABLE], ids=lambda row: row.suffix)
def test_a_table_is_had_by_accept_and_by_parameter(client: FlaskClient, row: ResultFormat) -> None:
    accepted = get(client, "/query/themes", row.media_type)
    named = get(client, f"/query/themes?format={row.suffix}", "image/png")
    assert accepted.content_type == named.content_type == row.content_type
    assert accepted.data == named.data
    assert named.headers["Content-Disposition"] == f"inline; filename=themes.{row.suffix}"
    assert "Accept" in accepted.headers["Vary"]
    assert client.head("/query/themes", headers={"Accept": row.media_type}).headers["ETag"] == accepted.headers["ETag"]


@pytest.mark.parametrize("row", FORMATS[GRAPH], ids=lambda row: row.suffix)
def test_a_graph_is_had_as_rdf(client: FlaskClient, row: ResultFormat) -> None:
    response = get(client, f"/query/plan?plan={PLAN}", row.media_type)
    assert response.content_type == row.content_type
    title = Literal("Regional plan for verdiskaping og næringsutvikling 2015-2020", "nb")
    assert (URIRef(f"https://data.bfk.no/id/{PLAN}"), RDFS.label, title) in graph_of(response, BY_SUFFIX[row.suffix])


def test_csv_can_be_read_as_csv(client: FlaskClient) -> None:
    rows = list(csv.DictReader(get(client, "/query/themes?format=csv").text.splitlines()))
    assert [row["name"] for row in rows][:2] == ["Vertskapsattraktivitet", "Kompetanse"]
    assert rows[0]["theme"] == "https://data.bfk.no/id/theme/vertskapsattraktivitet"


def test_a_thing_is_named_in_full_or_by_its_end(client: FlaskClient) -> None:
    full = urlencode({"theme": "https://data.bfk.no/id/theme/kompetanse"})
    assert get(client, f"/query/elements?{full}").data == get(client, "/query/elements?theme=theme/kompetanse").data


@pytest.mark.parametrize(("path", "accept"), [("/query/themes", "image/png"), ("/query/themes?format=ttl", "*/*"),
                                              ("/query/plan?plan=x&format=csv", "*/*")])  # fmt: skip
def test_a_format_that_the_answer_does_not_have_is_406(client: FlaskClient, path: str, accept: str) -> None:
    response = get(client, path, accept)
    assert response.status_code == 406
    assert "text/html" in response.json["available"]


@pytest.mark.parametrize("accept", ["*/*", "text/csv", "text/turtle", "application/problem+json"])
@pytest.mark.parametrize(("path", "named"), REFUSED)
def test_values_that_do_not_fit_are_named(client: FlaskClient, path: str, named: set[str], accept: str) -> None:
    response = get(client, path, accept)
    told = response.json
    # A format that a table does not have is the other thing wrong with such a request.
    if accept == "*/*" or accept == "text/csv":
        assert (response.status_code, response.content_type) == (400, "application/problem+json")
        assert {fault["parameter"] for fault in told["parameters"]} == named
        assert all(f"«{name}»" in told["detail"] for name in named)
    else:
        assert response.status_code == 406


def test_what_is_taken_is_told(client: FlaskClient) -> None:
    assert "2015-12-31" in get(client, "/query/in-force?day=x").json["detail"]
    assert "accepted, rejected, unresolved" in get(client, "/query/disputed?status=x").json["detail"]
    assert "plan" in get(client, "/query/themes?x=1").json["detail"]


def test_there_is_nothing_at_another_name(client: FlaskClient) -> None:
    assert get(client, "/query/nothing").status_code == 404
    assert get(client, "/query/themes.rq").status_code == 404


def test_the_list_tells_what_each_takes(client: FlaskClient) -> None:
    told = {one["name"]: one for one in get(client, "/query/", "application/json").json["queries"]}
    assert set(told) == set(BUNDLED)
    assert told["in-force"]["parameters"] == [
        {
            "name": "day",
            "type": "date",
            "of": "",
            "required": True,
            "description": BUNDLED["in-force"].parameters[0].meanings,
        }
    ]


def test_actions_are_found_by_status_actor_and_programme(fjordheim_client: FlaskClient) -> None:
    everything = get(fjordheim_client, "/query/actions").json["results"]["bindings"]
    for name in ("status", "actor", "programme"):
        values = {row[name]["value"] for row in everything if name in row}
        assert len(values) > 1
        for value in values:
            text = value.rpartition("/")[2] if name == "status" else value
            found = get(fjordheim_client, f"/query/actions?{urlencode({name: text})}").json["results"]["bindings"]
            expected = [row for row in everything if row.get(name, {}).get("value") == value]
            assert sorted(found, key=str) == sorted(expected, key=str)


# Values


@pytest.mark.parametrize(("kind", "text", "term"), TEXTS)
def test_a_text_means_a_term_or_nothing(kind: str, text: str, term: str | None) -> None:
    values = Values("https://data.example.org/", read_vocabulary().ontology)
    parameter = Parameter("x", kind, "assertion-status" if kind == "code" else "", False, {})
    terms, faults = values.read([parameter], {"x": [text]})
    assert [value.n3() for value in terms.values()] == ([term] if term else [])
    assert len(faults) == (term is None)


@given(st.text())
@example('") } DROP ALL #')
@example("\\u0022 \\U00000022 \\\\u0022")
@example("$v ${v} $$")
@example("\"\"\"\n'''\r\\")
def test_no_text_is_anything_but_itself_in_a_query(text: str) -> None:
    query = bind("SELECT ($v AS ?same) (?v AS ?none) { }", {"v": Literal(text)})
    ((same, none),) = ox.Store().query(query)
    assert (same.value, none) == (text, None)


# What an instance adds


def with_queries(instance: Instance, files: dict[str, str], version: str = "2.0.0") -> Instance:
    """The instance with files of queries, and a version that is not published yet."""
    (instance.folder / "queries").mkdir(exist_ok=True)
    for name, text in files.items():
        (instance.folder / "queries" / name).write_text(text, encoding="utf-8")
    settings = instance.folder / "planverk.toml"
    settings.write_text(
        re.sub(r'\nversion = ".*"', f'\nversion = "{version}"', settings.read_text(encoding="utf-8")), encoding="utf-8"
    )
    return read_instance(instance.folder)


def publish(instance: Instance) -> release.Release:
    return publication.publish(instance, publication.examine(instance, lambda step: None), lambda step: None)


def test_a_query_of_an_instance_is_frozen_with_its_release(copy_of_odd: Instance) -> None:
    client = create_app(copy_of_odd).test_client()
    assert get(client, "/query/mine").status_code == 404
    frozen = publish(with_queries(copy_of_odd, {"mine.rq": OWN}))
    (copy_of_odd.folder / "queries" / "mine.rq").write_text("changed afterwards")
    assert get(client, "/query/mine?least=41&format=csv").text == "n\r\n42\r\n"
    assert "/query/mine" in get(client, "/openapi.json").json["paths"]
    with get(client, "/releases/2.0.0/query-mine.rq") as file:
        assert (file.text, file.mimetype) == (OWN, "application/sparql-query")
    assert release.verify(frozen) == []


def test_a_query_of_an_instance_wins_over_one_of_the_same_name(copy_of_odd: Instance) -> None:
    publish(with_queries(copy_of_odd, {"themes.rq": OWN}))
    client = create_app(copy_of_odd).test_client()
    assert get(client, "/query/themes?least=1").status_code == 200
    assert "Mine ting" in get(client, "/query/", "text/html").text


def test_a_page_speaks_of_it_in_the_language_that_there_is(copy_of_odd: Instance) -> None:
    publish(with_queries(copy_of_odd, {"mine.rq": OWN}))
    assert "Mine ting" in get(create_app(copy_of_odd).test_client(), "/en/query/mine", "text/html").text


@pytest.fixture(scope="module")
def violations(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """What is wrong with an instance that has all the broken files."""
    folder = tmp_path_factory.mktemp("broken") / "instance"
    shutil.copytree(TESTS / "odd", folder)
    files = {name: text for name, (text, _, _) in BROKEN.items()}
    return publication.examine(with_queries(read_instance(folder), files), lambda step: None).violations


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_a_finding_with_file_and_line(violations: list[Finding], name: str) -> None:
    _, fault, line = BROKEN[name]
    found = {(one.rule_name, one.place.line) for one in violations if one.place and one.place.file.name == name}
    assert found == {(f"Source-query-{fault}", line)}


def test_a_finding_tells_what_to_do_in_three_languages(violations: list[Finding]) -> None:
    assert len({finding.rule for finding in violations}) == 5
    assert all(set(finding.sentences) >= LANGUAGES for finding in violations)
    assert not [finding for finding in violations if re.search(r"\{\w+\}", finding.sentence(["nb"]))]


def test_a_file_that_is_not_text_is_a_finding(unreleased: Instance) -> None:
    instance = with_queries(unreleased, {})
    (instance.folder / "queries" / "latin.rq").write_bytes("# title@nb: Blåbær\nASK {}\n".encode("latin-1"))
    (finding,) = publication.examine(instance, lambda step: None).violations
    assert (finding.rule_name, finding.place.line) == ("Source-query-syntax", 1)


def test_check_tells_an_editor_where_a_query_is_broken(unreleased: Instance) -> None:
    with_queries(unreleased, {"comma.rq": BROKEN["comma.rq"][0]})
    result = CliRunner().invoke(main, ["check", str(unreleased.folder)])
    assert result.exit_code == 1
    assert re.search(
        r"queries/comma\.rq:2: FEIL Source-query-syntax: Spørringen kan ikke kjøres: .*[Ll]ine 1", result.stdout
    )


def test_an_instance_with_a_broken_query_is_not_released(copy_of_odd: Instance) -> None:
    with_queries(copy_of_odd, {"comma.rq": BROKEN["comma.rq"][0]})
    assert CliRunner().invoke(main, ["release", str(copy_of_odd.folder)]).exit_code == 1
    assert release.current_version(copy_of_odd.releases) == "1.0.0"


def test_a_saved_query_has_the_limits_of_any_query(copy_of_odd: Instance) -> None:
    endless = "# title@nb: Endeløs\nSELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }\n"
    settings = copy_of_odd.folder / "planverk.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[limits]\nseconds = 1\n", encoding="utf-8")
    instance = with_queries(copy_of_odd, {"endless.rq": endless})
    publish(instance)
    client = create_app(instance).test_client()
    for accept in ("text/csv", "text/html"):
        response = get(client, "/query/endless", accept)
        assert response.status_code == 504
    assert get(client, "/query/endless").json["limit"] == "seconds"


# The documentation


def test_the_example_in_the_reference_can_be_used(unreleased: Instance) -> None:
    (text,) = re.findall(r"```sparql\n(# title.*?)```", (DOCS / "reference.md").read_text(encoding="utf-8"), re.DOTALL)
    instance = with_queries(unreleased, {"body-decisions.rq": text})
    assert publication.examine(instance, lambda step: None).violations == []


def test_the_addresses_in_the_how_to_answer(client: FlaskClient) -> None:
    text = (DOCS / "howto" / "ask-the-endpoint.md").read_text(encoding="utf-8")
    paths = set(re.findall(r"https://data\.bfk\.no(/query/[^\s'\"]+)", text))
    assert len(paths) >= 4
    for path in paths:
        assert get(client, path).status_code == 200
    for query in re.findall(r"(?:query=|setQuery\(\"\"\")(.*?)(?:'|\"\"\")", text, re.DOTALL):
        assert get(client, "/sparql?" + urlencode({"query": query})).status_code == 200


# Pages


def test_the_page_of_a_question_asks_for_what_it_needs(client: FlaskClient) -> None:
    page = get(client, "/query/in-force", "text/html")
    assert page.status_code == 200
    assert re.search(r'<input [^>]*name="day"[^>]*type="date"[^>]* required>', page.text)
    assert "<table>" not in page.text


def test_things_and_codes_are_chosen_by_name(client: FlaskClient) -> None:
    page = get(client, "/nn/query/actors?actor=body/styringsgruppen", "text/html").text
    assert '<option value="body/styringsgruppen" selected>Styringsgruppen</option>' in page
    assert '<option value="owner">eigar</option>' in page
    assert '<a href="/nn/doc/body/styringsgruppen">body/styringsgruppen</a>' in page


def test_a_value_that_is_not_among_the_choices_is_not_lost(client: FlaskClient) -> None:
    page = get(client, "/query/themes?plan=https://example.org/other", "text/html").text
    assert '<option value="https://example.org/other" selected>' in page


def test_the_page_leads_to_the_same_answer_in_other_formats_and_languages(client: FlaskClient) -> None:
    page = get(client, f"/query/themes?plan={PLAN}", "text/html").text
    (path,) = re.findall(r'<a href="([^"]*format=csv)">', page)
    assert get(client, path.replace("&amp;", "&")).text.count("\n") == 6
    assert f'href="/en/query/themes?plan={PLAN}"' in page


def test_an_answer_that_is_a_graph_or_a_truth_has_a_page_too(copy_of_odd: Instance) -> None:
    publish(with_queries(copy_of_odd, {"any.rq": "# title@nb: Noe\nASK { ?s ?p ?o }\n"}))
    client = create_app(copy_of_odd).test_client()
    assert "<p>Ja</p>" in get(client, "/query/any", "text/html").text
    graph = get(client, "/query/plan?plan=plan/fjord", "text/html").text
    assert '<a href="/doc/theme/bl%C3%A5b%C3%A6r">theme/blåbær</a>' in graph


def test_names_with_markup_are_shown_as_text(odd_client: FlaskClient) -> None:
    page = get(odd_client, "/query/themes", "text/html").text
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_a_large_answer_is_not_shown_but_can_be_had(copy_of_odd: Instance) -> None:
    large = "# title@nb: Mye\nSELECT ?s ?p ?o ?x { ?s ?p ?o . ?x a ?y } LIMIT 20000\n"
    publish(with_queries(copy_of_odd, {"large.rq": large}))
    page = get(create_app(copy_of_odd).test_client(), "/query/large", "text/html")
    assert page.status_code == 200
    assert "for stort" in page.text
    assert "format=csv" in page.text


# Examples


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_answered_and_finds_something_in_buskerud(
    client: FlaskClient, odd_client: FlaskClient, name: str
) -> None:
    question = EXAMPLES[name]
    path = "/sparql?" + urlencode({"query": question.query})
    assert get(odd_client, path).status_code == 200
    response = get(client, path)
    assert response.status_code == 200
    assert response.json["boolean"] if question.kind == TRUTH else size(response, question.kind)


def test_there_are_examples_of_each_kind() -> None:
    assert len(EXAMPLES) >= 10
    assert {question.kind for question in EXAMPLES.values()} == {TABLE, TRUTH, GRAPH}


@pytest.mark.parametrize("row", RDF_REPRESENTATIONS, ids=lambda row: row.suffix)
def test_examples_are_shacl_executables_that_run_as_they_stand(client: FlaskClient, row: Representation) -> None:
    graph = graph_of(get(client, "/sparql/examples", row.media_type), row)
    found = set(graph.subjects(RDF.type, SH.SPARQLExecutable))
    assert found == {URIRef(f"https://data.bfk.no/sparql/examples#{name}") for name in EXAMPLES}
    for thing in found:
        name = str(thing).partition("#")[2]
        kind, text = executable(graph, thing)
        assert (thing, RDF.type, kind) in graph
        assert text == EXAMPLES[name].query
        assert {label.language for label in graph.objects(thing, RDFS.label)} == LANGUAGES
        assert {comment.language for comment in graph.objects(thing, RDFS.comment)} == LANGUAGES
        assert graph.value(thing, SCHEMA.target) == URIRef("https://data.bfk.no/sparql")


def executable(graph: Graph, thing: URIRef) -> tuple[URIRef, str]:
    """The kind that an executable should be of, and its one query."""
    kinds = {
        SH.select: SH.SPARQLSelectExecutable,
        SH.ask: SH.SPARQLAskExecutable,
        SH.construct: SH.SPARQLConstructExecutable,
    }
    ((kind, text),) = ((kind, str(text)) for word, kind in kinds.items() for text in graph.objects(thing, word))
    return kind, text


def test_the_prefixes_declared_are_those_that_the_examples_use(client: FlaskClient) -> None:
    graph = graph_of(get(client, "/sparql/examples.ttl"), BY_SUFFIX["ttl"])
    declared = {
        (str(graph.value(one, SH.prefix)), str(graph.value(one, SH.namespace)))
        for one in graph.objects(None, SH.declare)
    }
    used = {
        pair for one in EXAMPLES.values() for pair in re.findall(r"^PREFIX ([\w-]+): <(.+)>$", one.query, re.MULTILINE)
    }
    assert declared == used


def test_the_list_of_examples_leads_to_the_query_page_filled_in(client: FlaskClient) -> None:
    page = get(client, "/sparql/examples", "text/html").text
    paths = re.findall(r'<a href="(/sparql\?example=[^"]+)">', page)
    assert len(paths) == len(EXAMPLES)
    assert "ASK {" in get(client, "/sparql?example=unanimous", "text/html").text
    assert get(client, "/sparql?example=nothing", "text/html").status_code == 404

"""The page about a thing tells its story: what it is part of, its sections by class, its facts and its sources."""

import html
import re
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from flask.testing import FlaskClient
from rdflib import Graph, URIRef
from rdflib.term import Node

from planverk.instance import Instance
from planverk.release import open_release
from planverk.serialization import read
from planverk.store.frozen import FrozenEdition
from planverk.store.pool import Pool
from planverk.vocab import DCT, ORG, PLAN, PROV, RDF, document_path
from planverk.web import create_app, sections
from planverk.web.periods import period

PLAN_OF_BUSKERUD = "/nb/doc/plan/verdiskaping-2015-2020"
BASE = "https://fjordheim.example.org/"
OURS = f"{BASE}id/"
# Derived for other software; and steps that only lead on to what is shown.
LEFT_OUT = {PROV.hadPrimarySource, PROV.specializationOf, PROV.wasRevisionOf, PLAN.involvedActor, DCT.replaces}
PASSED = {PLAN.participant, ORG.member, ORG.organization}


def address(thing: Node) -> str:
    """Where the page about a thing is, as a link has it."""
    return "/nb" + quote(document_path(BASE, str(thing)) or "", safe="/:@!$&'()*+,;=~-._")


def headings(page: str) -> list[str]:
    found = re.findall(r"<h2[^>]*>(.*?)(?:<small>.*?</small>)?\s*</h2>", page, re.DOTALL)
    return [html.unescape(heading).strip() for heading in found]


def told(page: str) -> str:
    """What stands on a page before its facts and pictures."""
    return page.split('<div class="columns">')[1].split("<aside")[0]


@pytest.fixture(scope="module")
def edition(fjordheim: Instance) -> FrozenEdition:
    return FrozenEdition(open_release(fjordheim.releases / "1.0.0"), fjordheim.limits)


@pytest.fixture(scope="module")
def data(edition: FrozenEdition) -> Graph:
    return read((edition.release.folder / "data.nq").read_bytes())


def test_a_plan_is_shown_as_a_plan(client: FlaskClient) -> None:
    page = client.get(PLAN_OF_BUSKERUD).text
    assert headings(page)[:4] == ["Mål", "Temaer", "Perspektiver og suksessfaktorer", "Handlingsprogram"]
    assert re.search(r'class="vision"><p><a href="/nb/doc/vision/[^"]*">Nyskaping, samspill og globale vinnere', page)
    programmes = page.split('<ol class="timeline">')[1].split("</ol>")[0]
    assert re.findall(r'class="when">([^<]*)<', programmes) == ["2016", "2017 – 2018", "2019 – 2020"]
    assert headings(told(page))[-2:] == ["Merknader", "Kilder"]


def test_what_no_source_shows_is_said_to_be_unknown(client: FlaskClient) -> None:
    page = client.get("/nb/doc/action-programme/2016").text
    assert "Ingen kilde vi har lest, viser tiltakene her." in page
    assert "No source we have read shows the actions here." in client.get("/en/doc/action-programme/2016").text


def test_an_action_tells_who_does_what_when_and_how_far_it_is(fjordheim_client: FlaskClient) -> None:
    page = fjordheim_client.get("/nb/doc/action-programme/2021-2022").text
    (action,) = (part for part in told(page).split("<li>") if ">Havbruksklynge Fjordheim</a>" in part)
    assert '<span class="badge">Videreført</span>' in action
    assert "1. mars 2021 – 31. desember 2022" in action
    assert re.search(r'Ansvarlig aktør: <a href="[^"]*">Næringsforum Fjordheim', action)
    assert re.search(r"Medvirkende aktør: <a[^>]*>Havtek", action)


def test_the_status_of_an_action_is_the_one_reported_last(fjordheim_client: FlaskClient, data: Graph) -> None:
    page = fjordheim_client.get("/nb/doc/action/2021-01").text
    timeline = page.split('<ol class="timeline">')[1].split("</ol>")[0]
    days = re.findall(r'class="when">([^<]*)<', timeline)
    assert days == ["15. desember 2021", "15. desember 2022"]


def test_money_is_a_table_with_numbers_as_people_write_them(fjordheim_client: FlaskClient) -> None:
    norwegian = fjordheim_client.get("/nb/doc/action/2021-01").text
    assert re.search(r'<td data-label="Beløp">1\s200\s000</td><td data-label="Valuta"><a [^>]*>NOK</a>', norwegian)
    assert '<td data-label="Amount">1,200,000</td>' in fjordheim_client.get("/en/doc/action/2021-01").text


def test_an_actor_shows_all_it_takes_part_in(fjordheim_client: FlaskClient, data: Graph) -> None:
    actor = URIRef(f"{OURS}organisation/havtek")
    page = fjordheim_client.get("/nb/doc/organisation/havtek").text
    assert headings(page)[:3] == ["Har ansvar for", "Bidrar til", "Finansiering"]
    for term in (PLAN.responsibleActor, PLAN.contributingActor, PLAN.performedBy, PLAN.funder):
        for thing in data.subjects(term, actor):
            assert f'href="{address(thing)}"' in page, thing


def test_the_process_is_a_timeline(client: FlaskClient) -> None:
    page = client.get("/nb/doc/planning-process/verdiskaping-2015-2020").text
    timeline = page.split('<ol class="timeline">')[1].split("</ol>")[0]
    assert timeline.index("Oppstart av planarbeidet") < timeline.index("Høring av planprogrammet")


def test_a_page_leads_back_to_what_it_is_part_of(fjordheim_client: FlaskClient) -> None:
    page = fjordheim_client.get("/nb/doc/action/2021-01").text
    trail = page.split('<nav class="trail"')[1].split("</nav>")[0]
    assert re.findall(r'href="(/nb/[^"]*)"', trail)[:2] == ["/nb/", "/nb/doc/plan/nyskaping-2021-2028"]


def others_of(data: Graph, thing: Node) -> set[Node]:
    """What a thing points to, and what points to it."""
    said = {other for term, other in data.predicate_objects(thing) if term not in LEFT_OUT}
    return said | {other for other, term in data.subject_predicates(thing) if term not in LEFT_OUT | PASSED}


def test_every_kind_of_thing_has_a_page_that_leaves_nothing_out(fjordheim_client: FlaskClient, data: Graph) -> None:
    one_of_each_class = {min(data.subjects(RDF.type, kind)) for kind in set(data.objects(None, RDF.type))}
    for thing in sorted(one for one in one_of_each_class if one.startswith(OURS)):
        page = html.unescape(fjordheim_client.get(address(thing)).text)
        for other in others_of(data, thing):
            assert not other.startswith(OURS) or f'href="{address(other)}"' in page, (thing, other)


def test_every_row_of_the_table_of_sections_shows_something_somewhere(data: Graph, buskerud: Instance) -> None:
    parts = ("data.nq", "catalogue.nq", "concepts.nq", "model.nq")
    known = data + read(b"".join((buskerud.releases / "1.0.0" / part).read_bytes() for part in parts))
    unused = [row.name for row in sections.rows() if not any(leads(known, row, kind) for kind in row.of)]
    assert unused == []


def leads(known: Graph, row: sections.Row, kind: URIRef) -> bool:
    """Whether a way of the row leads from a thing of the class to one of the classes wanted."""
    for way in row.path:
        ends = set(known.subjects(RDF.type, kind))
        for step in way:
            along = known.subjects if step.backwards else lambda term, thing: known.objects(thing, term)
            ends = {other for thing in ends for other in along(step.term, thing)}
        if any(not row.kind or set(known.objects(end, RDF.type)) & set(row.kind) for end in ends):
            return True
    return False


def test_pages_ask_no_query_worker(fjordheim: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a page asked a query")

    client = create_app(fjordheim).test_client()
    monkeypatch.setattr(Pool, "query", refuse)
    assert client.get("/nb/doc/action-programme/2021-2022").status_code == 200


def test_a_long_list_is_cut_and_says_how_long_it_is(
    fjordheim_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sections, "MOST", 3)
    page = fjordheim_client.get("/nb/doc/action-programme/2021-2022").text
    assert "<small>11</small>" in page
    assert "De første 3 av 11 vises." in page
    assert len(re.findall(r'href="/nb/doc/action/2021-\d\d"', told(page).split("<details>")[0])) == 3


def test_the_query_behind_a_page_gives_its_data(fjordheim_client: FlaskClient) -> None:
    page = fjordheim_client.get("/nb/doc/action/2021-01").text
    (query,) = re.findall(r'href="/nb/sparql#query=([^"]*)"', page)
    answer = fjordheim_client.post(
        "/sparql", data={"query": unquote(query)}, headers={"Accept": "application/n-triples"}
    )
    thing = "<https://fjordheim.example.org/id/action/2021-01>"
    lines = set(fjordheim_client.get("/doc/action/2021-01.nt").text.splitlines())
    assert {line for line in lines if thing in line} <= set(answer.text.splitlines())


@pytest.mark.parametrize(
    ("statements", "shown"),
    [
        ('<a:> plan:startYear "2015"^^xsd:gYear ; plan:endYear "2020"^^xsd:gYear', "2015 – 2020"),
        ('<a:> plan:startYear "2015"^^xsd:gYear ; plan:endYear "2015"^^xsd:gYear', "2015"),
        ('<a:> plan:endDate "2013-10-04"^^xsd:date', "– 4. oktober 2013"),
        ('<a:> plan:startYear "2015"^^xsd:gYear ; plan:startDate "2015-01-01"^^xsd:date', "2015 –"),
        ('<a:> plan:decidedOn "2014-12-16"^^xsd:date', "16. desember 2014"),
    ],
)
def test_a_period_is_written_as_the_source_has_it(statements: str, shown: str) -> None:
    prefixes = f"@prefix plan: <{PLAN}> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> ."
    found = period(Graph().parse(data=f"{prefixes} {statements} .", format="turtle"), URIRef("a:"), "nb")
    assert found is not None
    assert found.shown == shown


def test_every_section_has_a_title() -> None:
    template = (Path(sections.__file__).parent / "templates" / "_sections.html").read_text(encoding="utf-8")
    assert {row.name for row in sections.rows()} <= set(re.findall(r'"([a-z-]+)": _\(', template))


def test_what_is_withdrawn_is_marked_where_it_is_listed(fjordheim_client: FlaskClient) -> None:
    page = fjordheim_client.get("/nb/doc/action-programme/2021-2022").text
    (item,) = (item for item in told(page).split("<li>") if "Felles messestand" in item)
    assert '<span class="badge warning">Trukket tilbake</span>' in item
    assert told(page).count("Trukket tilbake") == 1


def test_a_section_counts_what_stands_and_keeps_what_is_withdrawn_apart(fjordheim_client: FlaskClient) -> None:
    page = told(fjordheim_client.get("/nb/doc/action-programme/2021-2022").text)
    (section,) = (part for part in page.split("<section") if 'id="actions"' in part)
    standing, withdrawn = section.split("<details>")
    assert "Tiltak <small>11</small>" in standing
    assert len(re.findall(r'href="/nb/doc/action/2021-\d\d"', standing)) == 11
    assert "<summary>1 er trukket tilbake</summary>" in withdrawn
    assert "Felles messestand" in withdrawn


def test_a_tree_counts_each_of_its_goals_once(fjordheim_client: FlaskClient) -> None:
    page = told(fjordheim_client.get("/nb/doc/plan/nyskaping-2021-2028").text)
    (section,) = (part for part in page.split("<section") if 'id="goals"' in part)
    goals = set(re.findall(r'href="(/nb/doc/goal/[^"]+)"', section))
    assert f"Mål <small>{len(goals)}</small>" in section

"""The programmes of a plan side by side: who decided them when, and which actions go on from one to the next."""

import html
import re
from urllib.parse import quote, unquote

import pytest
from flask.testing import FlaskClient
from rdflib import Graph, URIRef
from rdflib.term import Node

from planverk.instance import Instance
from planverk.release import DATA
from planverk.serialization import read
from planverk.vocab import PLAN, RDF

BASE = "https://fjordheim.example.org/"
PAGE = "/compare/plan/nyskaping-2021-2028"
OF_BUSKERUD = "/compare/plan/verdiskaping-2015-2020"
EARLIER, LATER = (URIRef(f"{BASE}id/action-programme/{years}") for years in ("2021-2022", "2023-2024"))


@pytest.fixture(scope="module")
def data(fjordheim: Instance) -> Graph:
    return read((fjordheim.releases / "1.0.0" / DATA).read_bytes())


@pytest.fixture(scope="module")
def page(fjordheim_client: FlaskClient) -> str:
    return fjordheim_client.get(f"/nb{PAGE}").text


def actions(data: Graph, programme: URIRef) -> set[Node]:
    parts = {programme, *data.subjects(PLAN.refinesProgramme, programme)}
    found = {action for part in parts for action in data.subjects(PLAN.elementOf, part)}
    return {one for one in found if (one, RDF.type, PLAN.Action) in data and (one, PLAN.withdrawnOn, None) not in data}


def row(page: str, name: str) -> list[str]:
    """The cells of the row with a name, as text."""
    cells = page.split(f'<th scope="row">{name}</th>')[1].split("</tr>")[0]
    return [
        html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<td.*?</td>", cells, re.DOTALL)
    ]


def table_of_chains(page: str) -> list[list[str]]:
    rows = page.split('<h2 id="actions">')[1].split('<section class="data"')[0].split("<tr>")
    cells = [re.findall(r"<td.*?</td>", one, re.DOTALL) for one in rows]
    return [one for one in cells if one]


def linked(cells: str) -> set[str]:
    return {f"{BASE}id{unquote(path)}" for path in re.findall(r'href="/nb/doc(/action/[^"]+)"', cells)}


def test_programmes_stand_side_by_side_with_the_days_of_their_decisions_and_who_made_them(page: str) -> None:
    first, second = row(page, "Vedtatt")
    assert "10. februar 2021" in first
    assert "8. februar 2023" in second
    assert "Fylkestinget i Fjordheim" in first
    assert row(page, "Status") == ["avløst", "utløpt"]


def test_what_is_continued_new_and_not_continued_is_counted_as_the_data_say(page: str, data: Graph) -> None:
    before, now = actions(data, EARLIER), actions(data, LATER)
    continuing = {action for action in now if set(data.objects(action, PLAN.continuesAction))}
    gone = {action for action in before if not set(data.subjects(PLAN.continuesAction, action)) & now}
    assert row(page, "Antall tiltak") == [str(len(before)), str(len(now))]
    assert row(page, "Viderefører tidligere tiltak")[1] == str(len(continuing))
    assert row(page, "Nye tiltak") == ["–", str(len(now - continuing))]
    assert row(page, "Ikke videreført fra programmet før") == ["–", str(len(gone))]
    assert continuing
    assert gone


def test_each_action_stands_beside_what_it_continues(page: str, data: Graph) -> None:
    chains, earlier = table_of_chains(page), {str(one) for one in actions(data, EARLIER)}
    beside = {(old, new) for left, right in chains for old in linked(left) & earlier for new in linked(right)}
    said = {(str(old), str(new)) for new in actions(data, LATER) for old in data.objects(new, PLAN.continuesAction)}
    assert beside == said
    assert set().union(*(linked(right) for _, right in chains)) == {str(one) for one in actions(data, LATER)}


def test_what_an_action_continues_in_a_programme_of_another_plan_is_named(page: str) -> None:
    assert 'href="/nb/doc/action/2019-01"' in page


def test_what_is_withdrawn_is_not_compared(page: str) -> None:
    assert "Felles messestand" not in page


def test_the_query_of_the_page_gives_its_actions(page: str, fjordheim_client: FlaskClient, data: Graph) -> None:
    (query,) = re.findall(r'/nb/sparql#query=([^"]+)"', page)
    answer = fjordheim_client.get(f"/sparql?query={quote(unquote(query))}", headers={"Accept": "application/json"})
    found = {one["action"]["value"] for one in answer.get_json()["results"]["bindings"] if "action" in one}
    assert found == {str(one) for one in actions(data, EARLIER) | actions(data, LATER)}


@pytest.mark.parametrize(
    "path", ["/doc/plan/nyskaping-2021-2028", "/doc/action-programme/2021-2022", "/doc/action-programme/2023-2024"]
)
def test_plan_and_programmes_lead_to_the_comparison(fjordheim_client: FlaskClient, path: str) -> None:
    # The other plan of the joint programme has no other programme to compare with.
    assert re.findall(r'href="/nn(/compare/[^"]+)"', fjordheim_client.get(f"/nn{path}").text) == [PAGE]


def test_where_no_source_shows_actions_nothing_is_said_to_be_new_or_gone(client: FlaskClient) -> None:
    page = client.get(f"/nb{OF_BUSKERUD}").text
    assert row(page, "Antall tiltak") == ["ikke kjent"] * 3
    assert row(page, "Vedtatt")[2] == "Ingen kilde vi har lest, sier når eller av hvem."
    assert "Derfor kan de ikke sammenlignes." in page
    assert "Nytt" not in page
    assert "Ikke videreført" not in page


def test_a_plan_without_programmes_says_so(fjordheim_client: FlaskClient, data: Graph) -> None:
    plans = set(data.subjects(RDF.type, PLAN.RegionalPlan)) - set(data.objects(None, PLAN.implementsPlan))
    for plan in plans:
        response = fjordheim_client.get(quote(str(plan).replace(f"{BASE}id/", "/nn/compare/")))
        assert response.status_code == 200
        assert "Inga kjelde vi har lese, viser noko program for denne planen." in response.text
    assert plans


@pytest.mark.parametrize("path", ["/compare/plan/nothing", "/compare/theme/kompetanse", "/compare/"])
def test_only_plans_have_programmes_to_compare(fjordheim_client: FlaskClient, path: str) -> None:
    assert fjordheim_client.get(path).status_code == 404

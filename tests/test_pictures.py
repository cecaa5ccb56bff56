"""Pictures: they say what the table beside them says, lead on, and cost no more than a picture may."""

import re
from itertools import pairwise
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from planverk.instance import Instance
from planverk.web import create_app
from planverk.web.pictures import facts, networks
from planverk.web.pictures.drawing import folded

PAGES = {
    "plan/nyskaping-2021-2028": ["goals", "themes", "of-plan", "per-theme"],
    "action-programme/2021-2022": ["statuses", "funding", "per-theme", "network"],
    "planning-process/nyskaping-2021-2028": ["of-process"],
    "theme/havnæringer": ["network"],
    "organisation/fjordheim-fylkeskommune": ["network"],
    "goal/1": [],
}
EVERY_PICTURE = pytest.mark.parametrize(
    ("thing", "name"), [(thing, name) for thing, names in PAGES.items() for name in names]
)


class Picture(NamedTuple):
    """A picture on a page: the element with all of it, its drawing and its table."""

    whole: ElementTree.Element
    svg: ElementTree.Element
    rows: list[list[str]]

    @property
    def texts(self) -> str:
        return said(self.svg)

    @property
    def links(self) -> list[str]:
        return [link.get("href", "") for link in self.svg.iter("a")]


def said(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def pictures(response: TestResponse) -> dict[str, Picture]:
    """The pictures of a page, each read as XML, which sees everything that is not closed."""
    found = {}
    for text in re.findall(r'<section class="drawing.*?</section>', response.text, re.DOTALL):
        whole = ElementTree.fromstring(text.replace("&nbsp;", " "))
        (svg,) = (svg for svg in whole.iter("svg") if "aria-hidden" not in svg.attrib)
        table = next(whole.iter("table"))
        rows = [[said(cell) for cell in row.iter("td")] for row in table.iter("tr") if row.find("td") is not None]
        found[next(whole.iter("h2")).get("id", "").removeprefix("picture-")] = Picture(whole, svg, rows)
    return found


def of(client: FlaskClient, thing: str, language: str = "nb") -> dict[str, Picture]:
    return pictures(client.get(f"/{language}/doc/{thing}"))


@pytest.mark.parametrize(("thing", "names"), PAGES.items())
def test_a_page_has_the_pictures_of_its_kind(fjordheim_client: FlaskClient, thing: str, names: list[str]) -> None:
    assert list(of(fjordheim_client, thing)) == names


@EVERY_PICTURE
def test_a_picture_has_a_name_a_description_and_the_same_facts_as_a_table(
    fjordheim_client: FlaskClient, thing: str, name: str
) -> None:
    picture = of(fjordheim_client, thing)[name]
    ids = {element.get("id") for element in picture.whole.iter() if element.get("id")}
    assert {picture.svg.get("aria-labelledby"), picture.svg.get("aria-describedby")} <= ids
    assert picture.svg.get("role") == ("group" if picture.links else "img")
    shown = picture.texts.replace(" ", "")
    for row in picture.rows:
        assert row[0].replace(" ", "") in shown, row


@EVERY_PICTURE
def test_what_is_shown_leads_on_and_needs_no_style_of_its_own(
    fjordheim_client: FlaskClient, thing: str, name: str
) -> None:
    picture = of(fjordheim_client, thing)[name]
    assert {fjordheim_client.get(link).status_code for link in set(picture.links)} <= {200}
    assert all(link.startswith("/nb/") for link in picture.links)
    assert not [element for element in picture.whole.iter() if "style" in element.attrib]


@EVERY_PICTURE
def test_nothing_is_drawn_outside_the_picture(fjordheim_client: FlaskClient, thing: str, name: str) -> None:
    svg = of(fjordheim_client, thing)[name].svg
    _, _, width, height = map(float, svg.get("viewBox", "").split())
    boxes = [[float(rect.get(side, "0")) for side in ("x", "y", "width", "height")] for rect in svg.iter("rect")]
    assert boxes
    for x, y, wide, high in boxes:
        assert 0 <= x <= x + wide <= width + 0.5
        assert 0 <= y <= y + high <= height + 0.5


def test_a_goal_stands_to_the_right_of_the_one_it_is_part_of(fjordheim_client: FlaskClient) -> None:
    rows = of(fjordheim_client, "plan/nyskaping-2021-2028")["goals"].rows
    above = {name: goal for _, name, goal in rows}
    assert above["Flere tar fagbrev"] == "Bedriftene får den kompetansen de trenger"
    assert above["Bedriftene får den kompetansen de trenger"] == "Økt verdiskaping i hele Fjordheim"
    assert rows[0][0] == "Visjon"
    svg = of(fjordheim_client, "plan/nyskaping-2021-2028")["goals"].svg
    left = {said(link.find("title")): float(link.find("rect").get("x", "")) for link in svg.iter("a")}  # type: ignore[arg-type, union-attr]  # they have both
    assert all(left[name] > left[goal] for name, goal in above.items() if goal)


def test_no_box_lies_on_another(fjordheim_client: FlaskClient) -> None:
    for thing, name in (
        ("plan/nyskaping-2021-2028", "goals"),
        ("plan/nyskaping-2021-2028", "themes"),
        ("action-programme/2021-2022", "network"),
    ):
        columns: dict[str, list[tuple[float, float]]] = {}
        for rect in of(fjordheim_client, thing)[name].svg.iter("rect"):
            y, height = float(rect.get("y", "")), float(rect.get("height", ""))
            columns.setdefault(rect.get("x", ""), []).append((y, y + height))
        for spans in columns.values():
            ends = sorted(spans)
            assert all(lower[0] >= upper[1] for upper, lower in pairwise(ends))


def test_sums_are_those_of_the_contributions(fjordheim_client: FlaskClient) -> None:
    query = """PREFIX plan: <https://w3id.org/planverk/ontology#>
    SELECT (SUM(?amount) AS ?sum) {
      ?paid plan:funds ?action ; plan:amount ?amount ; plan:fundingYear ?year ; plan:fundingStage <https://w3id.org/planverk/code/funding-stage/committed> .
      ?action plan:elementOf <https://fjordheim.example.org/id/action-programme/2021-2022> .
      FILTER (STR(?year) = "2021")
      FILTER NOT EXISTS { ?action plan:withdrawnOn ?day } }"""
    answer = fjordheim_client.get("/sparql", query_string={"query": query, "format": "csv"}).text.split()[1]
    rows = dict(of(fjordheim_client, "action-programme/2021-2022")["funding"].rows)
    assert re.sub(r"\D", "", rows["2021: bevilget"]) == answer.split(".")[0]


def test_the_latest_report_tells_how_far_an_action_has_come(fjordheim_client: FlaskClient) -> None:
    query = """PREFIX plan: <https://w3id.org/planverk/ontology#>
    SELECT (COUNT(?action) AS ?actions) {
      ?action a plan:Action ; plan:elementOf <https://fjordheim.example.org/id/action-programme/2021-2022> .
      ?report plan:reportsOn ?action ; plan:reportedOn ?day ; plan:reportedStatus <https://w3id.org/planverk/code/action-status/completed> .
      FILTER NOT EXISTS { ?later plan:reportsOn ?action ; plan:reportedOn ?after . FILTER (?after > ?day) } }"""
    answer = fjordheim_client.get("/sparql", query_string={"query": query, "format": "csv"}).text.split()[1]
    rows = dict(of(fjordheim_client, "action-programme/2021-2022")["statuses"].rows)
    assert rows["fullført"] == answer


def test_a_year_is_not_drawn_as_a_day(fjordheim_client: FlaskClient) -> None:
    picture = of(fjordheim_client, "planning-process/nyskaping-2021-2028")["of-process"]
    vague = {said(link.find("title")) for link in picture.svg.iter("a") if "vague" in link.get("class", "")}  # type: ignore[arg-type]  # each has one
    assert "Kunnskapsgrunnlaget" in vague
    assert "Oppstart" not in vague
    assert ["Kunnskapsgrunnlaget", "Prosessfase", "2020"] in picture.rows


def test_pictures_speak_the_language_of_the_page(fjordheim_client: FlaskClient) -> None:
    english = of(fjordheim_client, "plan/nyskaping-2021-2028", "en")["goals"]
    assert "The hierarchy of goals" in said(english.whole)
    assert ["Vision", "From fjord to future", ""] in english.rows


def test_a_picture_is_the_same_every_time(fjordheim: Instance, fjordheim_client: FlaskClient) -> None:
    for thing in PAGES:
        again = create_app(fjordheim).test_client().get(f"/nn/doc/{thing}")
        assert again.data == fjordheim_client.get(f"/nn/doc/{thing}").data


def test_a_real_plan_has_its_themes_and_its_history_and_nothing_that_no_source_says(client: FlaskClient) -> None:
    assert list(of(client, "plan/verdiskaping-2015-2020")) == ["themes", "of-plan"]
    assert list(of(client, "action-programme/2016")) == []


def test_what_is_too_much_for_a_picture_is_left_out_and_that_is_said(
    fjordheim: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "MOST", 8)
    monkeypatch.setattr(networks, "_MOST", 5)
    found = pictures(create_app(fjordheim).test_client().get("/nb/doc/action-programme/2021-2022"))
    assert "Det er mer enn bildet rommer" in said(found["network"].whole)
    assert len({link for link in found["network"].links if "/action/" in link}) <= 5


@pytest.mark.parametrize(("text", "lines"), [("", [""]), ("kort", ["kort"]), ("ord " * 60, 3), ("x" * 500, 3)])
def test_a_text_is_folded_into_as_many_lines_as_there_is_room_for(text: str, lines: list[str] | int) -> None:
    found = folded(text, 200, 3)
    assert found == lines if isinstance(lines, list) else len(found) == lines
    assert max(map(len, found)) <= 200 / 7


def test_the_links_of_a_picture_stay_below_the_language_of_their_page(client: FlaskClient) -> None:
    path = "/doc/plan/verdiskaping-2015-2020"
    below, plain = (client.get(f"{start}{path}", headers={"Accept": "text/html"}).text for start in ("/nb", ""))
    assert 'href="/nb/doc/heading/' in below
    assert 'href="/nb/doc/heading/' not in plain

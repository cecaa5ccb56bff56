"""Search: what people write finds what they mean, filters narrow it, and no search costs more than it may."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from planverk.instance import Instance
from planverk.release import SEARCH, STORE
from planverk.search import index
from planverk.search.building import build
from planverk.search.words import distance, folded, skeleton, stem
from planverk.web import create_app

HTML = {"Accept": "text/html"}
BASE = "https://fjordheim.example.org/id/"


def ask(client: FlaskClient, text: str = "", **filters: str) -> dict[str, object]:
    response = client.get("/search.json", query_string={"q": text, **filters})
    assert response.status_code == 200, response.text
    return dict(response.json)


def names(client: FlaskClient, text: str = "", **filters: str) -> list[str]:
    results = ask(client, text, **filters)["results"]
    return [row["iri"].removeprefix(BASE) for row in results]  # type: ignore[attr-defined, index]  # JSON


# What is found


@pytest.mark.parametrize(
    ("asked", "thing"),
    [
        ("havnæring", "theme/havnæringer"),  # another ending
        ("HAVNÆRINGENE", "theme/havnæringer"),
        ("havnæringar", "theme/havnæringer"),  # nynorsk
        ("ocean industry", "theme/havnæringer"),  # English, with English endings
        ("skill", "theme/kompetanse"),
        ("fagbrev jobb", "action/2021-03"),
        ("jobb fagbrev", "action/2021-03"),  # in any order
        ("klynge", "action/2021-01"),  # the end of a compound
        ("klyngen møte", "activity/klyngemøter-2023"),  # its beginning too
        ("Nyskapingsplanen", "plan/nyskaping-2021-2028"),  # another name
        ("Havtek", "organisation/havtek"),
        ("bedrifter og forskere prøver ut ny teknologi sammen", "action/2021-01"),  # the text itself
    ],
)
def test_a_thing_is_found_by_its_words_whatever_their_endings(
    fjordheim_client: FlaskClient, asked: str, thing: str
) -> None:
    assert thing in names(fjordheim_client, asked)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("havnærnger", "havnæringer"),  # a letter too few
        ("havnæringger", "havnæringer"),  # one too many
        ("havnæringar", None),  # right in nynorsk: nothing to correct
        ("hvanæringer", "havnæringer"),  # two that changed places
        ("fagbrrv", "fagbrev"),  # another
        ("havnaeringer", "havnæringer"),  # a keyboard without æ
        ("havnaringer", "havnæringer"),
        ("gronn", "grønn"),
        ("kompetnse", "kompetanse"),
    ],
)
def test_a_misspelling_is_read_as_the_nearest_word_and_the_page_says_so(
    fjordheim_client: FlaskClient, written: str, meant: str | None
) -> None:
    found = ask(fjordheim_client, written)
    assert found["total"] != 0
    assert meant in found["readAs"].get(written, [None])  # type: ignore[attr-defined]  # JSON
    page = unescape(fjordheim_client.get("/search", query_string={"q": written}, headers=HTML).text)
    assert (f"Viser treff på «{meant}" in page) == (meant is not None)


def test_what_has_no_likeness_to_any_word_finds_nothing(fjordheim_client: FlaskClient) -> None:
    found = ask(fjordheim_client, "xylofonorkester")
    assert (found["total"], found["results"], found["readAs"]) == (0, [], {})
    page = fjordheim_client.get("/search?q=xylofonorkester", headers=HTML).text
    assert "Ingen treff." in page


def test_where_nothing_has_all_words_some_of_them_do_and_that_is_said(fjordheim_client: FlaskClient) -> None:
    found = ask(fjordheim_client, "fagbrev xylofonorkester")
    assert found["someWords"] is True
    assert "action/2021-03" in names(fjordheim_client, "fagbrev xylofonorkester")
    assert ask(fjordheim_client, "fagbrev jobb")["someWords"] is False


def test_the_thing_itself_comes_before_what_only_mentions_it(fjordheim_client: FlaskClient) -> None:
    assert names(fjordheim_client, "samferdsel")[0] == "theme/samferdsel"
    assert names(fjordheim_client, "grønn omstilling")[0] == "theme/grønn-omstilling"


def test_what_was_withdrawn_is_not_found(odd_client: FlaskClient) -> None:
    assert odd_client.get("/doc/theme/gammelt").status_code == 410
    everything = [row["iri"] for row in ask(odd_client, kind="themes")["results"]]  # type: ignore[attr-defined]  # JSON
    assert everything
    assert not [iri for iri in everything if iri.endswith("/gammelt")]


def test_markup_in_a_text_is_text_and_only_the_words_asked_for_are_marked(odd_client: FlaskClient) -> None:
    page = odd_client.get("/search?q=script", headers=HTML).text
    assert "<mark>script</mark>" in page
    assert not re.search(r"<script(?! type=.application/ld)", page)


# Filters


@pytest.mark.parametrize(
    ("filters", "inside", "outside"),
    [
        ({"theme": "theme/kompetanse"}, "action/2021-03", "action/2021-01"),
        ({"actor": "organisation/havtek"}, "action/2021-01", "action/2021-03"),
        ({"programme": "action-programme/2021-2022"}, "action/2021-01", "action/2023-01"),
        ({"status": "action-status/completed"}, "action/2021-02", "action/2021-01"),
        ({"year": "2023"}, "action/2023-01", "action/2021-03"),
        ({"kind": "actions"}, "action/2021-01", "theme/kompetanse"),
        ({"theme": "theme/kompetanse", "year": "2021"}, "action/2021-03", "action/2023-02"),
        ({"theme": f"{BASE}theme/kompetanse"}, "action/2021-03", "action/2021-01"),
    ],
)
def test_filters_keep_what_has_the_value(
    fjordheim_client: FlaskClient, filters: dict[str, str], inside: str, outside: str
) -> None:
    found = names(
        fjordheim_client, kind=filters.get("kind", "actions"), **{k: v for k, v in filters.items() if k != "kind"}
    )
    pages = int(str(ask(fjordheim_client, **{"kind": "actions", **filters})["pages"]))
    for page in range(2, pages + 1):
        found += names(fjordheim_client, **{"kind": "actions", **filters}, page=str(page))
    assert inside in found
    assert outside not in found


def test_each_value_says_how_many_results_it_leaves(fjordheim_client: FlaskClient) -> None:
    found = ask(fjordheim_client, "klynge", kind="actions")
    for facet, values in found["facets"].items():  # type: ignore[attr-defined]  # JSON
        for row in values:
            narrowed = ask(fjordheim_client, "klynge", **{"kind": "actions", facet: row["value"]})
            assert narrowed["total"] == row["things"], (facet, row)


def test_a_filter_that_nothing_has_leaves_nothing_and_stays_chosen(fjordheim_client: FlaskClient) -> None:
    assert ask(fjordheim_client, "klynge", theme="theme/finnes-ikke")["total"] == 0
    page = fjordheim_client.get("/search?q=klynge&theme=theme/finnes-ikke", headers=HTML).text
    assert '<option value="theme/finnes-ikke" selected>' in page


def test_pages_of_results_have_each_thing_once(fjordheim_client: FlaskClient) -> None:
    first = ask(fjordheim_client, "tiltak")
    pages = range(1, int(str(first["pages"])) + 1)
    found = [name for page in pages for name in names(fjordheim_client, "tiltak", page=str(page))]
    assert len(found) == len(set(found)) == first["total"]


# The page and the answer for programs


def test_the_page_shows_what_the_json_says(fjordheim_client: FlaskClient) -> None:
    found = ask(fjordheim_client, "klyngene")
    page = fjordheim_client.get("/search?q=klyngene", headers=HTML).text
    hits = re.findall(r'<h3><a href="([^"]*)"', page)
    assert hits == [row["href"] for row in found["results"]]  # type: ignore[attr-defined]  # JSON
    assert re.search(rf'role="status">\s*{found["total"]} treff\.', page)
    for href in hits:
        assert fjordheim_client.get(href).status_code == 200


def test_json_is_had_by_negotiation_too(fjordheim_client: FlaskClient) -> None:
    response = fjordheim_client.get("/search?q=klynge", headers={"Accept": "application/json"})
    assert response.json == ask(fjordheim_client, "klynge")
    assert {"Accept", "Accept-Language"} <= set(response.vary)
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_other_search_engines_do_not_index_results(fjordheim_client: FlaskClient) -> None:
    for path in ("/search", "/search?q=klynge", "/search.json?q=klynge"):
        assert fjordheim_client.get(path).headers["X-Robots-Tag"] == "noindex"


def test_names_are_shown_in_the_language_of_the_page(fjordheim_client: FlaskClient) -> None:
    english = fjordheim_client.get("/search.json?q=havnæringer", headers={"Accept-Language": "en"}).json
    assert english["results"][0]["name"] == {"language": None, "text": "Ocean industries", "marked": []}


# What may not be asked


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("q=" + "a" * 201, "q"),
        ("q=" + "+".join("abcdefghijklm"), "q"),
        ("year=i-fjor", "year"),
        ("page=0", "page"),
        ("page=501", "page"),
        ("page=to", "page"),
        ("theme=<x>", "theme"),
        ("q=a&q=b", "q"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_reason(fjordheim_client: FlaskClient, query: str, fault: str) -> None:
    response = fjordheim_client.get(f"/search?{query}")
    assert response.status_code == 400
    assert [row["parameter"] for row in json.loads(response.data)["parameters"]] == [fault]


@pytest.mark.parametrize(
    "text",
    ['"', "'", "*", "a*", "NEAR(a b)", "a AND", "OR", "name:a", "-a", "^a", "(", "\x00", "%", "_", "🙂", "ß", "\u202e", "{a b}", "--", "a" * 200,
     "ﬁ ﬁnne", "İstanbul", "½", "e" * 61],
)  # fmt: skip
def test_no_text_breaks_the_search(fjordheim_client: FlaskClient, text: str) -> None:
    assert fjordheim_client.get("/search.json", query_string={"q": text}).status_code == 200


def test_an_empty_search_shows_the_form_with_all_there_is(fjordheim_client: FlaskClient) -> None:
    found = ask(fjordheim_client)
    assert (found["total"], found["results"]) == (0, [])
    assert {row["value"] for row in found["facets"]["theme"]} >= {"theme/havnæringer"}  # type: ignore[index]  # JSON
    assert "Treff" not in fjordheim_client.get("/search", headers=HTML).text


def test_a_search_that_takes_too_long_is_ended(fjordheim_client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "_SECONDS", -1)
    monkeypatch.setattr(index, "_STEPS", 1)
    response = fjordheim_client.get("/search.json?q=tiltak")
    assert response.status_code == 504
    assert "avgrensning" in response.json["detail"]


def test_a_release_without_an_index_is_said_to_have_none(copy_of_odd: Instance) -> None:
    (copy_of_odd.releases / copy_of_odd.version / SEARCH).unlink()
    response = create_app(copy_of_odd).test_client().get("/search.json?q=a")
    assert response.status_code == 503
    assert "/query/" in response.json["detail"]


def test_the_index_is_no_download(fjordheim_client: FlaskClient) -> None:
    assert fjordheim_client.get(f"/releases/1.0.0/{SEARCH}").status_code == 404


def test_the_same_release_makes_the_same_index(fjordheim: Instance, tmp_path: Path) -> None:
    folder = fjordheim.releases / fjordheim.version
    build(tmp_path / SEARCH, folder / STORE, fjordheim.base)
    assert (tmp_path / SEARCH).read_bytes() == (folder / SEARCH).read_bytes()


# Words


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("plan", "plan", 0),
        ("plan", "plna", 1),
        ("plan", "lan", 1),
        ("plan", "planer", 2),
        ("plan", "klar", 2),
        ("a", "bcd", 3),
    ],
)
def test_slips_between_words_are_counted(one: str, other: str, slips: int) -> None:
    assert distance(one, other, 3) == distance(other, one, 3) == slips
    assert distance(one, other, 1) == min(slips, 2)


def test_accents_are_no_letters_but_norwegian_letters_are() -> None:
    assert [folded(word) for word in ("Éntrée", "ÅRSPLAN", "Søk", "Göteborg", "A\u030armøte")] == [
        "entree", "årsplan", "søk", "gøteborg", "årmøte"
    ]  # fmt: skip
    assert skeleton("årsmøte") == skeleton("aarsmoete") == skeleton("arsmote")


@pytest.mark.parametrize(
    "forms", [("tiltak", "tiltaket", "tiltaka", "tiltakene"), ("næring", "næringer", "næringar", "næringane")]
)
def test_endings_of_both_written_forms_are_taken_off(forms: tuple[str, ...]) -> None:
    assert len({stem(form, "nn") for form in forms}) == 1

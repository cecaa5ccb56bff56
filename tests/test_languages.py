"""Pages speak bokmål, nynorsk and English, and every text of theirs is translated."""

import html
import re
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import abort
from flask.testing import FlaskClient

from planverk.instance import Instance
from planverk.web import create_app

WEB = Path(__file__).parents[1] / "service" / "planverk" / "web"
TRANSLATIONS = sorted((WEB / "translations").iterdir())


def texts_of_pages() -> set[str]:
    """The texts of templates, and the sentences that views and errors tell."""
    pattern = re.compile(r"""(?<!\w)_\(\s*(["'])(.*?)\1""")
    sources = [path.read_text(encoding="utf-8") for path in (*WEB.glob("templates/*.html"), *WEB.rglob("*.py"))]
    return {found for source in sources for _, found in pattern.findall(source)}


@pytest.mark.parametrize("folder", TRANSLATIONS, ids=lambda folder: folder.name)
def test_every_text_of_the_pages_is_translated_once_and_none_is_left_over(folder: Path) -> None:
    translated = [
        str(message.id)
        for path in folder.glob("*.po")
        for message in read_po(BytesIO(path.read_bytes()))
        if message.id and message.string
    ]
    assert sorted(translated) == sorted(texts_of_pages())


@pytest.mark.parametrize(
    ("below", "accept", "language", "word"),
    [
        ("", None, "nb", "Utgivelser"),
        ("/nn", None, "nn", "Utgjevingar"),
        ("/en", "nn", "en", "Releases"),
        ("/nb", "en", "nb", "Utgivelser"),
        ("", "nn-NO,nn;q=0.9,en;q=0.5", "nn", "Utgjevingar"),
        ("", "no", "nb", "Utgivelser"),
        ("", "de, en-GB;q=0.5", "en", "Releases"),
        ("", "de", "nb", "Utgivelser"),
        ("", "EN", "en", "Releases"),
        ("", "de, en;q=0", "nb", "Utgivelser"),
        ("", "en;q=0, *", "nb", "Utgivelser"),
        ("", "no;q=0, *", "nn", "Utgjevingar"),
        ("", "*, nb;q=0.2, en;q=0.5", "nn", "Utgjevingar"),
        ("", "*;q=0.1, en", "en", "Releases"),
        ("", "*, en", "en", "Releases"),
        ("", "en;q=0.5, *;q=0, nn;q=0.4", "en", "Releases"),
        ("", "*;q=0", "nb", "Utgivelser"),
    ],
)
def test_a_page_speaks_the_language_asked_for(
    client: FlaskClient, below: str, accept: str | None, language: str, word: str
) -> None:
    response = client.get(f"{below}/releases/", headers={"Accept-Language": accept} if accept else {})
    assert f'<html lang="{language}">' in response.text
    assert word in response.text
    assert response.headers["Content-Language"] == language
    # Where the address says it, nothing else is looked at.
    assert ("Accept-Language" in response.headers.get("Vary", "")) == (not below)


@pytest.mark.parametrize("accept", ["text/html", "application/problem+json"])
@pytest.mark.parametrize(
    ("path", "sentences"),
    [
        (
            "/nothing",
            {"nb": "Det finnes ikke noe her.", "nn": "Det finst ikkje noko her.", "en": "There is nothing here."},
        ),
        ("/sparql?update=CLEAR%20ALL", {"nb": "svarer bare på", "nn": "svarer berre på", "en": "answers queries only"}),
        (
            "/releases/1.0.0/data.ttl",
            {"nb": "Filen har ingen slik del.", "nn": "Fila har ingen slik del.", "en": "The file has no such part."},
        ),
        (
            "/sparql?query=ASK%7B%7D%E6",
            {"nb": "%E6 er det ikke.", "nn": "%E6 er det ikkje.", "en": "%E6 is not."},
        ),
        ("/sparql?query=SELECT", dict.fromkeys(("nb", "nn", "en"), "This is not a SPARQL query.")),
    ],
)
def test_an_error_is_told_in_the_language_asked_for_or_says_which_it_is_told_in(
    client: FlaskClient, path: str, sentences: dict[str, str], accept: str
) -> None:
    for language, sentence in sentences.items():
        # Only files of releases have parts.
        asked = {"Accept": accept, "Accept-Language": language, "Range": "bytes=99999999-"}
        response = client.get(path, headers=asked)
        told = "en" if "SPARQL query" in sentence else language
        assert sentence in response.text
        assert "Accept-Language" in response.headers["Vary"]
        if accept == "text/html":
            assert response.headers["Content-Language"] == language
            assert f'<html lang="{language}">' in response.text
            assert ('<h1 lang="en">' in response.text) == (told != language)
        else:
            assert response.headers["Content-Language"] == told


def test_an_error_without_a_sentence_of_ours_says_that_it_is_told_in_english(odd: Instance) -> None:
    app = create_app(odd)
    app.add_url_rule("/tea", view_func=lambda: abort(HTTPStatus.IM_A_TEAPOT))
    page, problem = (
        app.test_client().get("/tea", headers={"Accept": accept}) for accept in ("text/html", "application/json")
    )
    assert '<html lang="nb">' in page.text
    assert re.search(r'<h1 lang="en">[^<]*eapot', page.text)
    assert problem.headers["Content-Language"] == "en"


def test_a_language_that_the_site_does_not_speak_is_no_address(client: FlaskClient) -> None:
    assert client.get("/se/releases/").status_code == 404
    assert client.get("/releases/?lang=en").headers["Content-Language"] == "nb"


def test_names_are_shown_in_the_language_of_the_page(client: FlaskClient) -> None:
    assert "regional plan" in client.get("/en/doc/plan/verdiskaping-2015-2020").text
    assert 'lang="nb"' in client.get("/en/doc/plan/verdiskaping-2015-2020").text


def test_the_home_page_of_a_language_needs_no_slash(client: FlaskClient) -> None:
    assert client.get("/nn").text == client.get("/nn/").text


@pytest.mark.parametrize(
    "path", ["/", "/doc/plan/verdiskaping-2015-2020", "/doc/plan/verdiskaping-2015-2020.html", "/def/Goal", "/katalog"]
)
def test_a_page_names_itself_in_each_language(client: FlaskClient, path: str) -> None:
    page = client.get(f"/nn{path}").text
    whole = path.removesuffix(".html")
    assert f'<link rel="canonical" href="https://data.bfk.no/nn{whole}">' in page
    for language in ("nb", "nn", "en"):
        assert f'hreflang="{language}" href="https://data.bfk.no/{language}{whole}">' in page
        assert f'<a href="/{language}{whole}" lang="{language}" hreflang="{language}"' in page
    assert f'hreflang="x-default" href="https://data.bfk.no{whole}">' in page


def test_what_was_asked_is_asked_again_in_the_other_languages(client: FlaskClient) -> None:
    assert (
        'href="/en/query/themes?plan=plan/verdiskaping-2015-2020"'
        in client.get("/nn/query/themes?plan=plan/verdiskaping-2015-2020").text
    )


@pytest.mark.parametrize("path", ["/", "/doc/plan/verdiskaping-2015-2020", "/def", "/def/Goal", "/query/themes"])
def test_links_keep_to_the_language_and_lead_to_pages_at_once(client: FlaskClient, path: str) -> None:
    page = client.get(f"/nn{path}", headers={"Accept-Language": "en"}).text
    links = {link.partition("#")[0] for link in re.findall(r'<a href="(/[^"]*)"', page)}
    assert any(link.startswith("/nn/") for link in links)
    for link in links:
        answer = client.get(html.unescape(link), headers={"Accept": "*/*", "Accept-Language": "en"}, buffered=True)
        assert answer.status_code in (200, 410) or link.endswith("/current/"), link
        expected = re.match(r"/(nb|nn|en)/", link)
        assert (answer.mimetype == "text/html") == bool(expected), link
        assert not expected or answer.headers["Content-Language"] == expected[1], link


@pytest.mark.parametrize(
    "path",
    [
        "/doc/theme/kompetanse.ttl",
        "/def.jsonld",
        "/openapi.json",
        "/releases/1.0.0/data.nq",
        "/sparql?query=ASK%20%7B%7D",
        "/static/planverk.css",
    ],
)
def test_data_has_one_address_for_all_languages(client: FlaskClient, path: str) -> None:
    response = client.get(f"/nn{path}")
    assert (response.status_code, response.headers["Location"]) == (308, path)


def test_below_a_language_the_address_says_that_it_is_a_page(client: FlaskClient) -> None:
    turtle = {"Accept": "text/turtle"}
    page = client.get("/nn/doc/theme/kompetanse", headers=turtle)
    assert page.mimetype == "text/html"
    assert page.headers["Content-Location"] == "/nn/doc/theme/kompetanse.html"
    assert client.get("/nn/id/theme/kompetanse", headers=turtle).headers["Location"] == "/nn/doc/theme/kompetanse"
    assert client.get("/id/theme/kompetanse", headers=turtle).headers["Location"] == "/doc/theme/kompetanse"

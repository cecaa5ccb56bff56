"""Pages speak bokmål, nynorsk and English, and every text of theirs is translated."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

WEB = Path(__file__).parents[1] / "service" / "planverk" / "web"
TRANSLATIONS = sorted((WEB / "translations").iterdir())


def texts_of_templates() -> set[str]:
    pattern = re.compile(r"""_\((["'])(.*?)\1""")
    sources = [path.read_text(encoding="utf-8") for path in (WEB / "templates").glob("*.html")]
    return {found for source in sources for _, found in pattern.findall(source)}


@pytest.mark.parametrize("folder", TRANSLATIONS, ids=lambda folder: folder.name)
def test_every_text_of_the_pages_is_translated_once_and_none_is_left_over(folder: Path) -> None:
    translated = [
        str(message.id)
        for path in folder.glob("*.po")
        for message in read_po(BytesIO(path.read_bytes()))
        if message.id and message.string
    ]
    assert sorted(translated) == sorted(texts_of_templates())


@pytest.mark.parametrize(
    ("query", "accept", "language", "word"),
    [
        ("", None, "nb", "Utgivelser"),
        ("?lang=nn", None, "nn", "Utgjevingar"),
        ("?lang=en", "nn", "en", "Releases"),
        ("?lang=xx", None, "nb", "Utgivelser"),
        ("", "nn-NO,nn;q=0.9,en;q=0.5", "nn", "Utgjevingar"),
        ("", "no", "nb", "Utgivelser"),
        ("", "de, en-GB;q=0.5", "en", "Releases"),
        ("", "de", "nb", "Utgivelser"),
    ],
)
def test_a_page_speaks_the_language_asked_for(
    client: FlaskClient, query: str, accept: str | None, language: str, word: str
) -> None:
    response = client.get(f"/releases/{query}", headers={"Accept-Language": accept} if accept else {})
    assert f'<html lang="{language}">' in response.text
    assert word in response.text
    assert response.headers["Content-Language"] == language
    assert "Accept-Language" in response.headers["Vary"]


def test_names_are_shown_in_the_language_of_the_page(client: FlaskClient) -> None:
    assert "regional plan" in client.get("/doc/plan/verdiskaping-2015-2020?lang=en").text
    assert 'lang="nb"' in client.get("/doc/plan/verdiskaping-2015-2020?lang=en").text

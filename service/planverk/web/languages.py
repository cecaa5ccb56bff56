"""In which language a page speaks: its address says it (`/nn/…`), else Accept-Language, else the instance's first."""

from collections.abc import Iterable
from datetime import date
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, request
from flask_babel import Babel

from planverk.instance import Instance
from planverk.media import HTML

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# Browsers may say `no` for Norwegian without choosing between its two written forms.
_ALSO = {"no": "nb"}


class Tongues:
    """Mounts the application once more for each language: `/nn/doc/x` is `/doc/x` below `/nn` (PEP 3333, SCRIPT_NAME).

    Below a language there are pages. As with the suffix `.html`, it is the address that says so, whatever Accept says.
    """

    def __init__(self, application: "WSGIApplication", languages: tuple[str, ...]) -> None:
        """Take the application and the languages of its instance."""
        self._application = application
        self._languages = languages

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        first, slash, rest = environ.get("PATH_INFO", "")[1:].partition("/")
        if first in self._languages:
            environ = environ | {"SCRIPT_NAME": f"/{first}", "PATH_INFO": slash + rest, "HTTP_ACCEPT": HTML.media_type}
        return self._application(environ, start_response)


def register(app: Flask, instance: Instance) -> None:
    """Let templates speak the instance's languages; the texts are Norwegian bokmål, translations stand in `.po` files."""
    babel = Babel(app, default_locale=instance.language, locale_selector=lambda: spoken(instance))
    app.jinja_env.filters["day"] = lambda day: format_date(date.fromisoformat(day), "long", locale=spoken(instance))
    app.wsgi_app = Tongues(app.wsgi_app, instance.languages)  # type: ignore[method-assign]  # as Flask documents it
    with app.app_context():
        domain = babel.domain_instance
    for folder in (Path(__file__).parent / "translations").iterdir():
        # Compiled here, so that a translation is a text file and nothing has to be built.
        domain.cache[folder.name, domain.domain[0]] = _compiled(folder)


def spoken(instance: Instance) -> str:
    """The language of this request, always one of the instance's."""
    if request.script_root:
        return request.script_root.removeprefix("/")
    # Werkzeug has `*` last, whatever its quality.
    ranges = sorted(request.accept_languages, key=lambda one: one[1], reverse=True)
    asked = [(_language(one), quality) for one, quality in ranges]
    named = {language for language, _ in asked}
    others = [language for language in instance.languages if language not in named]
    wanted = (others if language == "*" else [language] for language, quality in asked if quality > 0)
    return next((tag for tag in chain.from_iterable(wanted) if tag in instance.languages), instance.language)


def _language(tag: str) -> str:
    first = tag.partition("-")[0].lower()
    return _ALSO.get(first, first)


def order(instance: Instance) -> tuple[str, ...]:
    """The languages in the order in which names of things are looked for: that of the page first."""
    first = spoken(instance)
    return (first, *(language for language in instance.languages if language != first))


def _compiled(folder: Path) -> Translations:
    """The translations into one language: a file for each subject, taken together."""
    translations = Translations()
    for path in sorted(folder.glob("*.po")):
        compiled = BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file))
        compiled.seek(0)
        translations.merge(Translations(compiled))
    return translations

"""What pages are made of, made ready before somebody has to wait for it: templates, the vocabulary, words in every language."""

from contextlib import suppress

from flask import Flask
from rdflib import URIRef

from planverk.instance import Instance
from planverk.serialization import read
from planverk.store.trouble import StoreUnreachable
from planverk.vocab import DCAT
from planverk.web.pages import datasets, home
from planverk.web.resources import show
from planverk.web.shelf import NothingReleased


def prepare(app: Flask) -> None:
    """Make the home page and a plan's page once in each language, for nobody; without a release, nothing."""
    instance: Instance = app.extensions["planverk.instance"]
    for language in instance.languages:
        place = {"SCRIPT_NAME": f"/{language}", "HTTP_ACCEPT": "text/html"}
        with app.test_request_context("/", environ_overrides=place), suppress(NothingReleased, StoreUnreachable):
            home()
            for name in _plans(instance)[:1]:
                show(name)


def _plans(instance: Instance) -> list[str]:
    # The first one is enough: a catalogue may have thousands, and reading it all would take a minute.
    pages = read(next(datasets(), b"")).objects(None, DCAT.landingPage)
    base = f"{instance.base}doc/"
    return sorted(page.removeprefix(base) for page in pages if isinstance(page, URIRef) and page.startswith(base))

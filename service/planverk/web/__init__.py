"""The service: one Flask application for one instance."""

import os

from flask import Flask
from flask_compress import Compress
from flask_cors import CORS
from werkzeug.middleware.proxy_fix import ProxyFix

from planverk.instance import Instance
from planverk.media import RDF_REPRESENTATIONS
from planverk.store.library import library
from planverk.web import (
    assets,
    comparison,
    counties,
    crawling,
    downloads,
    errors,
    harvest,
    history,
    languages,
    mementos,
    openapi,
    operators,
    pages,
    querypage,
    questions,
    resources,
    responses,
    search,
    sparql,
)
from planverk.web.archive import Archive
from planverk.web.shelf import Shelf

_PARTS = (
    pages,
    comparison,
    counties,
    search,
    resources,
    sparql,
    querypage,
    questions,
    harvest,
    crawling,
    openapi,
    downloads,
    history,
    mementos,
    operators,
)


def create_app(instance: Instance) -> Flask:
    """The application that serves an instance's current release, and its older ones as downloads.

    It reads the release anew whenever another one becomes current; requests under way keep the one they began with.
    """
    app = Flask(__name__, static_folder=None)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.extensions["planverk.instance"] = instance
    app.extensions["planverk.shelf"] = Shelf(library(instance, os.environ))
    app.extensions["planverk.archive"] = Archive(instance.releases, instance.limits)
    # Functions after a request run in reverse order: it is counted as it is sent.
    operators.register(app)
    app.before_request(responses.say_plainly_which_encodings_are_wanted)
    app.before_request(responses.take_any_for_what_there_is)
    app.after_request(responses.confine)
    app.after_request(responses.keep_nothing_that_passes)
    _open_to_all_sites(app)
    app.after_request(errors.refuse_what_became_another)
    # What is compressed gets its ETag first and is compared last.
    app.after_request(responses.compare_with_what_the_client_has)
    _compress(app)
    app.after_request(responses.keep_data_at_one_address)
    app.jinja_env.globals["way"] = responses.way
    languages.register(app, instance)
    errors.register(app)
    assets.register(app)
    if instance.proxies:
        # Only to tell clients apart: no address we write is taken from a request.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=instance.proxies, x_proto=0)  # type: ignore[method-assign]  # as Flask documents it
    for part in _PARTS:
        app.register_blueprint(part.blueprint)
    return app


def _open_to_all_sites(app: Flask) -> None:
    """Let scripts of any site read what they ask for, by the methods that an address takes (Fetch standard, CORS protocol)."""
    reading = ["GET", "HEAD", "OPTIONS"]
    CORS(app, origins="*", send_wildcard=True, max_age=86400,
         resources={r"/.*": {"methods": reading}, r"/sparql/?$": {"methods": [*reading, "POST"]}},
         expose_headers=["Content-Location", "ETag", "Link", "Location", "Memento-Datetime", "Retry-After"])  # fmt: skip


def _compress(app: Flask) -> None:
    """Let what is text be compressed for those who ask for it."""
    app.config["COMPRESS_MIMETYPES"] = ["text/html", "text/css", "text/javascript", "application/json",
                                        "application/sparql-results+json",
                                        *(row.media_type for row in RDF_REPRESENTATIONS)]  # fmt: skip
    app.config["COMPRESS_EVALUATE_CONDITIONAL_REQUEST"] = False
    # Files of releases go out as they were frozen: their hashes, ranges and validators are those of the file.
    app.config["COMPRESS_STREAMS"] = False
    compress = Compress()
    compress.init_app(app)

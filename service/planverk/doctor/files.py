"""Checks of what is taken away whole: harvest documents and frozen files."""

import hashlib
from collections.abc import Iterator
from typing import Any

from planverk import serialization
from planverk.doctor.addresses import unread
from planverk.doctor.check import Check
from planverk.doctor.visit import NotApplicable, Reply, Site
from planverk.media import TURTLE

HARVESTED = ("/katalog", "/begreper", "/informasjonsmodell", "/.well-known/void")
_CANONICAL = "data.nq"


def _harvest(site: Site) -> Iterator[str]:
    for path in HARVESTED:
        # As harvesters ask: some name Turtle, some take anything, some send no Accept at all.
        for accept in ("text/turtle", "*/*", ""):
            reply = site.ask(path, accept)
            if reply.status != 200:
                yield f"GET {path} ({accept or 'no Accept'}): status {reply.status}; a harvester takes 200 only"
            elif reply.media_type != TURTLE.media_type:
                yield f"GET {path} ({accept or 'no Accept'}): {reply.media_type}, not Turtle"
            else:
                yield from unread(site, path, reply, TURTLE)


def _plain(site: Site) -> Iterator[str]:
    for path in HARVESTED:
        coding = site.ask(path, "text/turtle").header("Content-Encoding")
        if coding:
            yield f"GET {path}: Content-Encoding {coding}, which nobody asked for"


def _hashes(site: Site) -> Iterator[str]:
    sums = site.follow("/releases/current/SHA256SUMS")[1]
    lines = (line.partition("  ") for line in sums.body.decode("utf-8", "replace").splitlines())
    told = {name: told for told, _, name in lines}
    rows: list[dict[str, Any]] = site.manifest.get("files", [])  # Any: JSON
    if not rows:
        yield "the manifest of the current release names no files"
    for row in rows:
        if told.get(row["name"]) != row["sha256"]:
            yield f"{row['name']}: SHA256SUMS and the manifest do not say the same"
        elif hashlib.sha256(_file(site, row["name"]).body).hexdigest() != row["sha256"]:
            yield f"{row['name']}: the file has another SHA-256 than the release says"


def _canonical(site: Site) -> Iterator[str]:
    body, told = _file(site, _CANONICAL).body, site.manifest.get("canonicalHash")
    if hashlib.sha256(body).hexdigest() != told:
        yield f"{_CANONICAL}: its SHA-256 is not the canonical hash of the release"
    try:
        if serialization.canonical_lines(body) != body:
            yield f"{_CANONICAL}: not in canonical form (RDFC-1.0), so others would compute another hash"
    except (SyntaxError, ValueError) as error:
        yield f"{_CANONICAL}: no N-Quads: {error}"


def _ranges(site: Site) -> Iterator[str]:
    path = _path(site, "data.nt")
    part, whole = site.ask(path, fields={"Range": "bytes=10-19"}), site.ask(path)
    if part.status != 206 or part.body != whole.body[10:20]:
        yield f"GET {path}: bytes 10 to 19 came with status {part.status} and {len(part.body)} bytes, not 206 and 10"
    elif not part.header("Content-Range").startswith("bytes 10-19/"):
        yield f"GET {path}: Content-Range is «{part.header('Content-Range')}»"
    if (status := site.ask(path, fields={"Range": f"bytes={len(whole.body)}-"}).status) != 416:
        yield f"GET {path}: what lies behind the end came with status {status}, not 416"


def _for_ever(site: Site) -> Iterator[str]:
    path = _path(site, _CANONICAL)
    cache = site.ask(path).header("Cache-Control")
    if "immutable" not in cache:
        yield f"GET {path}: Cache-Control is «{cache}», though the file never changes"


def _path(site: Site, name: str) -> str:
    return f"/releases/{site.manifest.get('version')}/{name}"


def _file(site: Site, name: str) -> Reply:
    reply = site.ask(_path(site, name))
    if reply.status != 200:
        raise NotApplicable(f"GET {_path(site, name)}: status {reply.status}")
    return reply


CHECKS = (
    Check("The harvest documents answer 200 at once, in Turtle that can be read and says something", _harvest,
          "A harvester must get 200 at the very address that is registered: register the https address, "
          "and let no proxy redirect or change it. An empty document would withdraw everything."),
    Check("The harvest documents are not compressed unless that is asked for", _plain,
          "Let the proxy compress only for those who send Accept-Encoding; data.norge.no takes the coding for a character set."),
    Check("The files of the current release are what its hashes say", _hashes,
          "Run `planverk release` again on a copy and compare; let no proxy rewrite files below /releases/."),
    Check("The canonical form and its hash can be computed by anybody", _canonical,
          "The release was changed after it was made: restore it from a copy, or release a new version."),
    Check("A part of a file can be had (Range)", _ranges, "Let the proxy pass Range on; turn off what rewrites files."),
    Check("Files of a release may be cached for ever", _for_ever, "Let the proxy pass Cache-Control on unchanged."),
)  # fmt: skip

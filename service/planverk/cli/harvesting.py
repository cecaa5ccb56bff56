"""What data.norge.no would make of a running service."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlsplit

import click
from rdflib import Graph

from planverk.cli.terminal import progress
from planverk.harvesting import examination, harvester, retrieval
from planverk.harvesting.examination import Examined, Judgement, Scored
from planverk.harvesting.harvester import Refused
from planverk.harvesting.quality import Score
from planverk.harvesting.retrieval import Probe, Standing
from planverk.media import BY_SUFFIX, TURTLE

_DOCUMENTS = ("/katalog", "/begreper", "/informasjonsmodell")
# So many entries of a document are listed for people.
_SHOWN = 20
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("harvest-check")
@click.argument("url")
@click.option(
    "--accept", default="text/turtle", show_default=True, help="The Accept field the source is registered with."
)
@click.option(
    "--base",
    default="",
    help="The address the service will have, when it is not there yet: addresses below it are asked for at URL.",
)
@click.option(
    "--before",
    type=_FILE,
    help="The document as it was harvested last (.ttl, .nt, .jsonld …): says what would be added and removed.",
)
@click.option(
    "--shapes",
    type=_FILE,
    help="The official SHACL shapes of DCAT-AP-NO 2.0.0, if you have them; else our own rules judge.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check_harvest(url: str, accept: str, base: str, before: Path | None, shapes: Path | None, as_json: bool) -> None:
    """Would data.norge.no accept this, what would it take up, and how would it score for quality?

    URL is a harvest document, or the address of a service, whose /katalog, /begreper and /informasjonsmodell are then
    checked. Any service may be checked. Follows the harvester's own program; nothing is sent to data.norge.no.
    """
    try:
        retrieval.check(url)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    standing = Standing(base.rstrip("/"), "{0.scheme}://{0.netloc}".format(urlsplit(url)))
    ask = cache(lambda address: _probe(standing.place(address)))
    judgement = Judgement(Graph().parse(shapes) if shapes else None, ask)
    examined = [_examine(one, accept, judgement, before) for one in _addresses(url)]
    conflicts = examination.in_conflict(examined)
    if as_json:
        documents = [one.as_json() for one in examined]
        click.echo(json.dumps({"documents": documents, "conflicts": conflicts}, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_lines(examined, conflicts)))
    sys.exit(1 if conflicts or any(one.refused for one in examined) else 0)


def _addresses(url: str) -> list[str]:
    return [url] if urlsplit(url).path.strip("/") else [url.rstrip("/") + path for path in _DOCUMENTS]


def _examine(url: str, accept: str, judgement: Judgement, before: Path | None) -> Examined:
    progress(f"Henter {url}")
    fetch: Callable[[], bytes] = partial(retrieval.fetch, url, accept)
    return examination.examine(url, accept, fetch, judgement, _read(before) if before else None)


def _read(file: Path) -> Graph:
    try:
        return harvester.read(file.read_bytes(), BY_SUFFIX.get(file.suffix.lstrip("."), TURTLE))
    except Refused as refusal:
        raise click.ClickException(f"{file}: {refusal}") from None


def _probe(url: str) -> Probe:
    progress(f"Spør etter {url}")
    return retrieval.probe(url)


def _lines(examined: list[Examined], conflicts: list[str]) -> Iterator[str]:
    for one in examined:
        yield f"{one.url} (Accept: {one.accept})"
        if one.refused:
            yield f"  AVVIST: {one.refused}"
        else:
            yield f"  Godtatt, {one.size} byte. Ville blitt tatt opp: {_counted(one)}."
        yield from (f"    {entry.type}  {entry.name}  <{entry.iri}>  {entry.address}" for entry in one.entries[:_SHOWN])
        if len(one.entries) > _SHOWN:
            yield f"    … og {len(one.entries) - _SHOWN} til; --json viser alle"
        yield from (f"  ADVARSEL: {warning}" for warning in one.warnings)
        yield from _changes(one)
        for scored in one.scores:
            yield from _scores(scored, one.judged_by)
        yield ""
    yield from (f"KONFLIKT: {conflict}" for conflict in conflicts)


def _counted(one: Examined) -> str:
    return ", ".join(f"{number} {kind}" for kind, number in Counter(entry.type for entry in one.entries).items())


def _changes(one: Examined) -> Iterator[str]:
    if one.changes:
        yield from (f"  NYTT: {iri}" for iri in one.changes.added)
        yield from (f"  ENDRET: {iri}" for iri in one.changes.changed)
        yield from (
            f"  FJERNET: {iri}. Det forsvinner fra data.norge.no ved neste høsting." for iri in one.changes.removed
        )


def _scores(scored: Scored, judged_by: str) -> Iterator[str]:
    yield f"  Kvalitet: {scored.name} <{scored.iri}>"
    for portal, points in (("data.norge.no", scored.norway), ("data.europa.eu", scored.europe)):
        yield f"    {portal}: {points.points} av {points.of} ({points.percent} %, {points.level}); høyst mulig {points.reachable}"
        yield from _lost(points)
    yield f"    Samsvar med DCAT-AP-NO er målt med {judged_by}."
    yield from (f"      {complaint}" for complaint in scored.complaints)


def _lost(points: Score) -> Iterator[str]:
    for lost in points.lost:
        if lost.can_be_had:
            yield f"      −{lost.points} {lost.dimension}, {lost.metric}: {lost.mend}"
    beyond = [lost for lost in points.lost if not lost.can_be_had]
    if beyond:
        names = ", ".join(f"{lost.metric} {lost.points}" for lost in beyond)
        yield f"      −{sum(lost.points for lost in beyond)} kan ingen få uten å tape mer: {names}"


COMMANDS = (check_harvest,)

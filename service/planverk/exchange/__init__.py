"""Pulling another county's published plan: fetched, judged as its own editors would be, and kept apart from ours."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from rdflib import Graph, Literal

from planverk.exchange.county import Allowance, County, ExchangeError, base_of
from planverk.exchange.provenance import licences_of, provenance_of
from planverk.findings import Finding, Severity
from planverk.instance import Instance
from planverk.neighbours import FOLDER, Neighbour, keep, kept, name_of
from planverk.sources.statements import judge_statements
from planverk.store.positions import Positions
from planverk.validation import validate
from planverk.vocab import DCT, SHAPE
from planverk.vocabulary import Vocabulary

# What a county ahead of us may use without being wrong.
_FORGIVEN = (SHAPE["Source-unknown-term"],)

Progress = Callable[[str], None]


class Pulled(NamedTuple):
    """What came of it: the county, what its statements break, and whether they are others than those that were kept."""

    neighbour: Neighbour
    findings: list[Finding]
    is_new: bool

    @property
    def violations(self) -> list[Finding]:
        """The findings that keep it out."""
        return [finding for finding in self.findings if finding.severity is Severity.VIOLATION]


def pull(instance: Instance, address: str, allowance: Allowance, vocabulary: Vocabulary, progress: Progress) -> Pulled:
    """Fetch another county's plan from the address of its site, catalogue or endpoint, judge it, and keep it if it is good.

    A county speaks only of what has its address below the one it is asked at. Nothing is kept when there is a violation.

    Raises:
        ExchangeError: it does not answer in time, not whole, not in order, or not under an open licence.
        ReleaseError: the file that is here of it cannot be used.

    """
    base = base_of(address)
    if base == instance.base:
        raise ExchangeError(f"{base} is this instance's own address.")
    county = County(base, allowance)
    progress(f"Spør {address}")
    offer = county.offer(address)
    _refuse_as_another(instance, offer.catalogue)
    provenance = provenance_of(instance, base, offer, licences_of(offer.catalogue))
    neighbour = Neighbour(name_of(base), offer.graph, provenance)
    before = kept(instance, neighbour.name)
    if before and before.base != base:
        raise ExchangeError(
            f"{FOLDER}/{neighbour.name}.trig holds {before.base}, which has the same name. Remove it first."
        )
    progress(f"Prøver {len(offer.graph)} utsagn mot reglene")
    with _in_time(allowance.seconds):
        findings = judge(offer.graph, base, vocabulary)
    is_new = not before or (before.told_hash, before.licences) != (neighbour.told_hash, neighbour.licences)
    pulled = Pulled(neighbour, findings, is_new)
    if not pulled.violations and pulled.is_new:
        keep(instance, neighbour)
    return pulled


def judge(graph: Graph, base: str, vocabulary: Vocabulary) -> list[Finding]:
    """What the statements of a county break, as its own editors would be told; a word that we do not know is a warning."""
    positions = Positions()
    findings = judge_statements(graph, positions, base, vocabulary) + validate(graph, positions, vocabulary)
    return sorted(
        (
            replace(finding, place=None, severity=Severity.WARNING if finding.rule in _FORGIVEN else finding.severity)
            for finding in findings
        ),
        key=lambda finding: (-finding.severity, str(finding.focus), finding.rule),
    )


def _refuse_as_another(instance: Instance, catalogue: Graph) -> None:
    """Refuse a catalogue that says it is ours."""
    for publisher in catalogue.objects(None, DCT.publisher):
        if (
            publisher == instance.publisher
            or (publisher, DCT.identifier, Literal(instance.publisher_number)) in catalogue
        ):
            raise ExchangeError(f"The catalogue says that it is published by {instance.publisher_name}, which is us.")


@contextmanager
def _in_time(seconds: int) -> Iterator[None]:
    """End what takes too long: data can be made so that judging it never ends."""

    def end(*_: object) -> None:
        raise ExchangeError(f"Judging took more than {seconds} seconds; the data is too large or too entangled.")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

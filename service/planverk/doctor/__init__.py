"""Proof of a deployment from outside: a table of checks, and what each finds at an address."""

from typing import NamedTuple

from planverk.doctor import addresses, endpoint, files, headers, pages
from planverk.doctor.check import Check
from planverk.doctor.visit import NotApplicable, Site, Unanswered

CHECKS: tuple[Check, ...] = (*addresses.CHECKS, *files.CHECKS, *headers.CHECKS, *endpoint.CHECKS, *pages.CHECKS)
PASSED, FAILED, NOT_APPLICABLE = "passed", "failed", "not applicable"


class Result(NamedTuple):
    """What a check found: how it went, why, and how to mend it."""

    check: str
    outcome: str
    reasons: list[str]
    mend: str


def examine(site: Site, check: Check) -> Result:
    """Make one check of a site."""
    try:
        reasons = list(check.faults(site))
    except NotApplicable as why:
        return Result(check.name, NOT_APPLICABLE, [str(why)], "")
    except Unanswered as why:
        reasons = [str(why)]
    return Result(check.name, FAILED, reasons, check.mend) if reasons else Result(check.name, PASSED, [], "")

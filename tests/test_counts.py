"""No fixed job costs more than it did, and no page costs more because there is more data.

What is compared are counts, which are the same on any machine: a test that fails here does so everywhere. counting.py tells
how to renew the numbers.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import run

import pytest

import counting
from planverk import publication, sources
from planverk.instance import Instance, read_instance
from planverk.release import open_release
from planverk.vocabulary import read_vocabulary

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
from nation import COUNTY, write_nation

KNOWN = counting.table()
# What grows by less than this may be a change of a library; what grows by more is a jump.
JUMP = 1.1
HEAVY = (
    "pyshacl",
    "rdflib.plugins.sparql",
    "openpyxl",
    "xlsxwriter",
    "docx",
    "planverk.publication",
    "planverk.validation",
)


@pytest.fixture(scope="session")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    """Three counties together, released; their data are known to be right, and not judged."""
    folder = tmp_path_factory.mktemp("nation") / "instance"
    assert write_nation(folder, 3 * COUNTY) == 3
    instance, vocabulary = read_instance(folder), read_vocabulary()
    read = sources.read(instance, vocabulary)
    publication.publish(instance, publication.Examination(read.graph, vocabulary, [], []), lambda step: None)
    return instance


@pytest.fixture(scope="session")
def calls(fjordheim: Instance) -> dict[str, int]:
    return counting.calls(fjordheim.folder)


@pytest.mark.parametrize("page", counting.PAGES)
def test_a_page_looks_up_no_more_than_it_did(fjordheim: Instance, page: str) -> None:
    counts = counting.lookups(fjordheim, page.format(""))
    assert counts["beginning_with"] <= KNOWN["lookups"][page] * JUMP
    assert counts["query"] <= KNOWN["questions"][page]


@pytest.mark.parametrize("page", counting.PAGES[1:])
def test_a_page_looks_up_as_much_among_many_counties_as_in_one(
    fjordheim: Instance, nation: Instance, page: str
) -> None:
    alone, among_others = (
        counting.lookups(instance, page.format(name)) for instance, name in ((fjordheim, ""), (nation, "c1-"))
    )
    assert among_others == alone


def test_the_home_page_looks_up_a_dozen_plans_however_many_there_are(nation: Instance) -> None:
    # The catalogue, its series, and twelve plans, each in five files.
    assert counting.lookups(nation, "/")["beginning_with"] == 5 * 14


def test_a_release_is_no_larger_than_it_was(fjordheim: Instance) -> None:
    size = counting.release_bytes(open_release(fjordheim.releases / fjordheim.version))
    assert size <= KNOWN["release"]["bytes"] * JUMP


@pytest.mark.parametrize("job", ["reading", "judging", "documents", "dumps", "tables", "page"])
def test_a_job_calls_no_more_functions_than_it_did(calls: dict[str, int], job: str) -> None:
    assert calls[job] <= KNOWN["calls"][job] * JUMP


def test_writing_takes_no_more_instructions_than_it_did(needed: Callable[[str], str], fjordheim: Instance) -> None:
    assert counting.instructions(needed("valgrind"), fjordheim.folder) <= KNOWN["instructions"]["dumps"] * JUMP


def test_a_service_starts_without_what_judges_and_builds() -> None:
    program = f"import sys, planverk.cli.serving; print([name for name in {HEAVY} if name in sys.modules])"
    assert run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"

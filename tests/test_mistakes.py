"""Ten different mistakes in one file: each is found, on its line, by its rule, in Norwegian; nothing is published."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from planverk import publication
from planverk.cli import main
from planverk.findings import Finding, Severity
from planverk.instance import Instance, read_instance
from planverk.release import current_version

MISTAKES = Path(__file__).parent / "mistakes"

# The line of plan.ttl, the rule, and words of the sentence.
EXPECTED = {
    13: ("Period-order", "slutt"),
    15: ("Source-dead-link", "id/organisation/fjordheim"),
    19: ("Source-unknown-term", "dct:title"),
    24: ("Resource-title", "tittel"),
    28: ("Resource-source", "kilde"),
    34: ("Goal-goalLevel", "målnivå"),
    40: ("Source-ill-typed-value", "2020-13-45"),
    45: ("Source-syntax", "punktum"),
    49: ("Source-address", "data.example.com"),
    56: ("Organization-number-checksum", "Kontrollsifferet"),
}


@pytest.fixture(scope="module")
def violations() -> list[Finding]:
    return publication.examine(read_instance(MISTAKES), lambda step: None).violations


def test_ten_mistakes_give_ten_findings_each_on_its_line_with_its_rule(violations: list[Finding]) -> None:
    found = {finding.place.line: finding.rule_name for finding in violations if finding.place}
    assert found == {line: rule for line, (rule, _) in EXPECTED.items()}
    assert len(violations) == len(EXPECTED)


@pytest.mark.parametrize("line", EXPECTED)
def test_each_mistake_is_told_in_a_norwegian_sentence_that_helps(violations: list[Finding], line: int) -> None:
    finding = next(finding for finding in violations if finding.place and finding.place.line == line)
    assert finding.severity is Severity.VIOLATION
    assert EXPECTED[line][1] in finding.sentence(["nb"])
    assert {"nb", "nn", "en"} <= set(finding.sentences)


def test_nothing_is_published_and_the_old_release_stands(copy_of_odd: Instance) -> None:
    before = current_version(copy_of_odd.releases)
    shutil.copy(MISTAKES / "plan.ttl", copy_of_odd.folder / "plan.ttl")
    result = CliRunner().invoke(main, ["release", str(copy_of_odd.folder)])
    assert result.exit_code == 1
    assert result.stdout.count("FEIL") >= len(EXPECTED)
    assert current_version(copy_of_odd.releases) == before
    assert sorted(path.name for path in copy_of_odd.releases.iterdir()) == [".lock", "1.0.0", "current"]

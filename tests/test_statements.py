"""The rules that every statement keeps, and the words that a finding uses."""

from pathlib import Path

import pytest

from planverk.findings import Place, fill
from planverk.instance import Instance
from planverk.sources import read
from planverk.store.positions import Positions
from planverk.vocabulary import Vocabulary, read_vocabulary

PREFIXES = """
@prefix dct: <http://purl.org/dc/terms/> .
@prefix plan: <https://w3id.org/planverk/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary()


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ('<id/theme/a> a plan:Theme ; dct:title "A"@nb .', []),
        ("<id/theme/a> a plan:Teme .", ["Source-unknown-term"]),
        ("<id/theme/a> plan:elementof <id/theme/a> .", ["Source-unknown-term"]),
        ("<id/theme/a> plan:underTheme <id/theme/b> .", ["Source-dead-link"]),
        ("<id/theme/a> plan:underTheme [] .", ["Source-blank-node"]),
        ("[] a plan:Theme .", ["Source-blank-node"]),
        ("<theme/a> a plan:Theme .", ["Source-address"]),
        ("<id/theme> a plan:Theme .", ["Source-address"]),
        ("<id/theme/a.ttl> a plan:Theme .", ["Source-address"]),
        ("<id/theme/a#b> a plan:Theme .", ["Source-address"]),
        ("<https://example.com/id/theme/a> a plan:Theme .", ["Source-address"]),
        ('<id/theme/a> plan:startDate "2014-02-30"^^xsd:date .', ["Source-ill-typed-value"]),
        ('<id/theme/a> plan:startDate "16.12.2014"^^xsd:date .', ["Source-ill-typed-value"]),
        ('<id/theme/a> plan:attendance "om lag 35"^^xsd:integer .', ["Source-ill-typed-value"]),
        ('<id/theme/a> plan:startYear "2014"^^xsd:gYear .', []),
        ("<id/goal/a> a plan:Goal ; plan:refinesProgramme <id/goal/a> .", ["Source-class-of-term"]),
        ("<id/goal/a> plan:refinesProgramme <id/goal/a> .", []),
        (
            "<id/goal/a> a plan:Gaol ; plan:refinesProgramme <id/goal/a> .",
            ["Source-class-of-term", "Source-unknown-term"],
        ),
        ("<id/goal/a> a plan:Goal , plan:AnnualPlan ; plan:refinesProgramme <id/goal/a> .", []),
        ("<id/review/a> a plan:Review ; plan:stageOf <id/review/a> .", []),
        ("<id/theme/a> rdfs:seeAlso <https://x.no/?f[a]=1> .", ["Source-web-address"]),
        ("<id/theme/a> rdfs:seeAlso <https://x.no/100%-plan.pdf> .", ["Source-web-address"]),
        ("<id/theme/a> rdfs:seeAlso <https://x.no/#/sak#s2> .", ["Source-web-address"]),
        ("<id/theme/a> rdfs:seeAlso <https://x.no:port/> .", ["Source-web-address"]),
        (r"<id/theme/a> rdfs:seeAlso <https://x.no/\uD83D\uDE00> .", ["Source-web-address"]),
        ("<id/theme/a> <https://x.no/[a]> 1 .", ["Source-web-address"]),
        ("<id/theme/a[b]> a plan:Theme .", ["Source-web-address"]),
        ('<id/theme/a> dct:title "A"^^<https://x.no/[a]> .', ["Source-web-address"]),
        ("<id/theme/a> rdfs:seeAlso <https://x.no/?f%5Ba%5D=1#å> .", []),
        (r'<id/theme/a> dct:title "A\u000B"@nb .', ["Source-control-character"]),
        (r'<id/theme/a> dct:title "A\u0007"@nb .', ["Source-control-character"]),
        (r'<id/theme/a> dct:title "A\uFFFE"@nb .', ["Source-control-character"]),
        (r'<id/theme/a> dct:title "A\uD83D\uDE00"@nb .', ["Source-control-character"]),
        (r'<id/theme/a> dct:title "A\U0001F600\tB\nC"@nb .', []),
        ('<id/theme/a> dct:title "A"@abcdefghijk .', ["Text-language"]),
        ('<id/theme/blåbær> dct:title "Æ"@nb ; rdfs:seeAlso <https://example.org/x> .', []),
    ],
)
def test_a_statement_that_breaks_a_rule_is_found(
    unreleased: Instance, vocabulary: Vocabulary, text: str, rules: list[str]
) -> None:
    (unreleased.folder / "plan.ttl").write_text(PREFIXES + text, encoding="utf-8")
    findings = read(unreleased, vocabulary).findings
    assert [finding.rule_name for finding in findings] == rules
    assert all(finding.place and finding.place.line == 6 for finding in findings)


def test_a_wrong_word_is_answered_with_the_closest_right_one(unreleased: Instance, vocabulary: Vocabulary) -> None:
    (unreleased.folder / "plan.ttl").write_text(PREFIXES + "<id/theme/a> a plan:Teme .", encoding="utf-8")
    (finding,) = read(unreleased, vocabulary).findings
    assert "plan:Theme" in finding.sentence(["nb"])


def test_a_property_on_the_wrong_kind_of_thing_is_told_in_words_of_each_language(
    unreleased: Instance, vocabulary: Vocabulary
) -> None:
    text = "<id/programme/a> a plan:ActionProgramme ; plan:refinesProgramme <id/programme/a> ."
    (unreleased.folder / "plan.ttl").write_text(PREFIXES + text, encoding="utf-8")
    (finding,) = read(unreleased, vocabulary).findings
    assert finding.sentence(["nb"]).startswith("«utdyper program» hører til årsplan, men dette er handlingsprogram.")
    assert finding.sentence(["en"]).startswith("“")
    assert "annual plan, but this is action programme" in finding.sentence(["en"])


@pytest.mark.parametrize(
    ("template", "filled"),
    [("{a} og {?a}", "1 og 1"), ("{$a}", "1"), ("{ukjent}", "{ukjent}"), ("uten", "uten")],
)
def test_a_message_is_filled_with_what_is_known(template: str, filled: str) -> None:
    assert fill(template, {"a": "1"}) == filled


def test_a_character_that_cannot_be_published_is_told_by_its_code(unreleased: Instance, vocabulary: Vocabulary) -> None:
    told = r'<id/theme/a> dct:title "A\uD83D\uDE00\u000B"@nb ; rdfs:seeAlso <https://x.no/\uD83D> .'
    (unreleased.folder / "plan.ttl").write_text(PREFIXES + told, encoding="utf-8")
    sentences = [finding.sentence(["nb"]) for finding in read(unreleased, vocabulary).findings]
    assert any("U+000B, U+D83D, U+DE00" in sentence for sentence in sentences)
    assert any("https://x.no/U+D83D" in sentence for sentence in sentences)


def test_a_finding_without_a_known_statement_has_no_place() -> None:
    assert Positions().find(None, None, None) is None


def test_a_place_is_written_so_that_editors_make_a_link_of_it() -> None:
    assert str(Place(Path("data/plan.ttl"), 12)) == "data/plan.ttl:12"

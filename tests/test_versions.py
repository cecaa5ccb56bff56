"""A version of the vocabulary is frozen once, never changes, and tells what is new in it."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from planverk import folders, versions
from planverk.cli import main
from planverk.instance import Instance
from planverk.versions import VersionError
from planverk.vocab import W3ID
from planverk.web import create_app, ontology

GOAL = '    rdfs:label "mål"@nb'
NEW_CLASS = """
plan:Ambition a owl:Class ;
    rdfs:label "ambisjon"@nb , "ambisjon"@nn , "ambition"@en .
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the ontology and the shapes, with no version frozen, that a test may change."""
    shutil.copytree(folders.ONTOLOGY, tmp_path / "ontology", ignore=shutil.ignore_patterns("releases"))
    shutil.copytree(folders.SHAPES, tmp_path / "shapes")
    monkeypatch.setattr(folders, "ONTOLOGY", tmp_path / "ontology")
    monkeypatch.setattr(folders, "SHAPES", tmp_path / "shapes")
    return tmp_path


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def name_version(checkout: Path, version: str) -> None:
    """Give the ontology and the shapes another version than the one they have."""
    old = versions.current().version
    for file in (checkout / "ontology" / "planverk.ttl", checkout / "shapes" / "header.ttl"):
        change(file, f'owl:versionInfo "{old}"', f'owl:versionInfo "{version}"')
        change(file, f"/{old}>", f"/{version}>")


def test_the_vocabulary_is_what_was_frozen_under_its_version() -> None:
    current = versions.current()
    frozen = versions.frozen(current.version)
    assert frozen is None or frozen.content == current.content, "raise the version, or undo the change"


def test_a_frozen_version_holds_all_of_the_vocabulary(checkout: Path) -> None:
    versions.freeze()
    folder = checkout / "ontology" / "releases" / versions.current().version
    assert {path.name for path in folder.iterdir()} == {
        "planverk.ttl", "observation-structure.ttl", "codes", "mappings", "shapes", "context.jsonld",
        "plan-tree.frame.jsonld",
    }  # fmt: skip
    assert sorted(path.name for path in (folder / "shapes").iterdir()) == sorted(
        path.name for path in (checkout / "shapes").glob("*.ttl")
    )


def test_freezing_the_same_again_changes_nothing(checkout: Path) -> None:
    versions.freeze()
    file = checkout / "ontology" / "releases" / versions.current().version / "planverk.ttl"
    before = file.stat().st_mtime_ns
    change(checkout / "ontology" / "planverk.ttl", "# The vocabulary of planverk", "# A comment")
    versions.freeze()
    assert file.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("ontology/planverk.ttl", GOAL, '    rdfs:label "målet"@nb'),
        ("ontology/codes/goal-level.ttl", '"hovedmål"@nb', '"toppmål"@nb'),
        ("ontology/observation-structure.ttl", "qb:measure plan:obsValue", "qb:measure plan:targetValue"),
        ("ontology/mappings/sdg.ttl", "skos:relatedMatch sdgo:Indicator", "skos:closeMatch sdgo:Indicator"),
        ("ontology/context.jsonld", '"notation": "skos:notation"', '"number": "skos:notation"'),
        ("shapes/periods.ttl", "sh:maxCount 1", "sh:maxCount 2"),
    ],
)
def test_a_changed_vocabulary_with_a_frozen_version_is_refused(checkout: Path, name: str, old: str, new: str) -> None:
    versions.freeze()
    change(checkout / name, old, new)
    with pytest.raises(VersionError, match=r"a frozen version never changes. Raise owl:versionInfo"):
        versions.freeze()


def test_the_ontology_and_the_shapes_have_one_version(checkout: Path) -> None:
    change(checkout / "shapes" / "header.ttl", 'owl:versionInfo "', 'owl:versionInfo "9')
    with pytest.raises(VersionError, match="must name one version"):
        versions.freeze()


def test_a_version_is_no_step_back(checkout: Path) -> None:
    versions.freeze()
    name_version(checkout, "0.9.0")
    with pytest.raises(VersionError, match=r"0.9.0 is older than"):
        versions.freeze()


def test_a_published_term_does_not_disappear(checkout: Path) -> None:
    with (checkout / "ontology" / "planverk.ttl").open("a", encoding="utf-8") as file:
        file.write(NEW_CLASS)
    versions.freeze()
    change(checkout / "ontology" / "planverk.ttl", NEW_CLASS, "")
    name_version(checkout, "9.0.0")
    with pytest.raises(VersionError, match=r"Deprecate instead of removing: `plan:Ambition`"):
        versions.freeze()
    assert versions.versions() != ["9.0.0"]


def test_a_published_part_of_the_structure_of_observations_does_not_disappear(checkout: Path) -> None:
    versions.freeze()
    structure = checkout / "ontology" / "observation-structure.ttl"
    change(structure, "structure:status a qb:ComponentSpecification ; qb:attribute plan:obsStatus .\n", "")
    name_version(checkout, "9.0.0")
    with pytest.raises(VersionError, match=f"Deprecate instead of removing: `{W3ID}structure/observations/status`"):
        versions.freeze()


def test_the_command_prints_what_is_new_for_the_changelog(checkout: Path) -> None:
    first = CliRunner().invoke(main, ["ontology-release"])
    assert first.exit_code == 0
    assert "- First version: 49 classes, " in first.stdout
    with (checkout / "ontology" / "planverk.ttl").open("a", encoding="utf-8") as file:
        file.write(NEW_CLASS)
    change(checkout / "ontology" / "planverk.ttl", GOAL, '    rdfs:label "målet"@nb')
    change(
        checkout / "ontology" / "planverk.ttl", "plan:Heading a owl:Class ;",
        "plan:Heading a owl:Class ; owl:deprecated true ; dct:isReplacedBy plan:Goal ;",
    )  # fmt: skip
    change(checkout / "shapes" / "periods.ttl", "shape:Period-order\n", "shape:Period-sequence\n")
    name_version(checkout, "9.1.0")
    result = CliRunner().invoke(main, ["ontology-release"])
    assert result.stdout.splitlines() == [
        f"### 9.1.0 ({versions.current().issued})",
        "",
        "- Added: `plan:Ambition`; `shape:Period-sequence`.",
        "- Changed: `plan:Goal` (`rdfs:label`).",
        "- Deprecated: `plan:Heading`, use `plan:Goal`.",
        "- Removed: `shape:Period-order`.",
    ]


def test_the_command_says_why_it_refuses(checkout: Path) -> None:
    versions.freeze()
    change(checkout / "ontology" / "planverk.ttl", GOAL, '    rdfs:label "målet"@nb')
    result = CliRunner().invoke(main, ["ontology-release"])
    assert (result.exit_code, "Raise owl:versionInfo" in result.stderr) == (1, True)


def test_a_frozen_version_is_served_where_its_version_iri_leads(checkout: Path, unreleased: Instance) -> None:
    name_version(checkout, "9.2.0")
    versions.freeze()
    change(checkout / "ontology" / "planverk.ttl", GOAL, '    rdfs:label "målet"@nb')
    ontology.snapshots.cache_clear()
    try:
        client = create_app(unreleased).test_client()
        for path in ("/def/ontology/9.2.0", "/def/shapes/9.2.0"):
            page = client.get(path)
            assert (page.status_code, "9.2.0" in page.text) == (200, True)
        assert '"mål"@nb' in client.get("/def/ontology/9.2.0.ttl").text
        assert "Goal-goalLevel" in client.get("/def/shapes/9.2.0", headers={"Accept": "text/turtle"}).text
        assert 'href="/def/ontology/9.2.0"' in client.get("/def").text
    finally:
        ontology.snapshots.cache_clear()

"""A release is all or nothing, the same for the same input, and never changes."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from rdflib import DCTERMS, Literal, URIRef

from planverk import publication, release
from planverk.findings import Finding
from planverk.instance import Instance, read_instance
from planverk.release import ReleaseError


def silent(_: str) -> None:
    """Take a step of progress and say nothing."""


def raised(instance: Instance, version: str) -> Instance:
    """The instance with a new version."""
    path = instance.folder / "planverk.toml"
    text = path.read_text(encoding="utf-8").replace(f'version = "{instance.version}"', f'version = "{version}"')
    path.write_text(text, encoding="utf-8")
    return read_instance(instance.folder)


def publish(instance: Instance) -> release.Release:
    """Release an instance as the command line does."""
    return publication.publish(instance, publication.examine(instance, silent), silent)


def edit(instance: Instance, old: str, new: str) -> None:
    """Change the editors' file."""
    path = instance.folder / "plan.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def bytes_of(found: release.Release) -> dict[str, bytes]:
    """What can be downloaded of a release."""
    return {row["name"]: (found.folder / row["name"]).read_bytes() for row in found.files}


def test_the_same_input_gives_the_same_bytes(odd: Instance, unreleased: Instance) -> None:
    one, other = release.current(odd.releases), publish(unreleased)
    assert one is not None
    assert bytes_of(one) == bytes_of(other)
    assert one.manifest == other.manifest


def test_another_machine_on_another_day_makes_the_same_release(
    unreleased: Instance, odd: Instance, tmp_path: Path
) -> None:
    program = "from planverk.cli import main; main()"
    abroad = {
        **os.environ,
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "4711",
        "SOURCE_DATE_EPOCH": "1",
    }
    command = [sys.executable, "-c", program, "release", str(unreleased.folder)]
    subprocess.run(command, cwd=tmp_path, env=abroad, check=True, capture_output=True)
    here, there = (release.open_release(one.releases / "1.0.0") for one in (odd, unreleased))
    assert here.manifest == there.manifest
    names = {path.name for path in here.folder.iterdir() if path.is_file()}
    assert names == {path.name for path in there.folder.iterdir() if path.is_file()}
    assert [name for name in names if (here.folder / name).read_bytes() != (there.folder / name).read_bytes()] == []


def test_another_version_of_a_packing_library_makes_no_other_release(copy_of_odd: Instance) -> None:
    path = copy_of_odd.releases / "1.0.0" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    row = next(row for row in manifest["files"] if row["name"] == "data.ttl.gz")
    row |= {"sha256": "0" * 64, "bytes": 1}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert publish(copy_of_odd).manifest == manifest


def test_the_order_of_statements_in_the_files_does_not_matter(copy_of_odd: Instance) -> None:
    before = release.current(copy_of_odd.releases)
    path = copy_of_odd.folder / "plan.ttl"
    head, *statements = path.read_text(encoding="utf-8").split("\n\n")
    path.write_text("\n\n".join([head, statements[0], *reversed(statements[1:])]), encoding="utf-8")
    assert publish(copy_of_odd) == before


def test_releasing_the_same_again_changes_nothing(copy_of_odd: Instance) -> None:
    before = release.current(copy_of_odd.releases)
    assert publish(copy_of_odd) == before


def test_a_release_never_changes(copy_of_odd: Instance) -> None:
    before = bytes_of(release.open_release(copy_of_odd.releases / "1.0.0"))
    edit(copy_of_odd, "En oppdiktet plan", "En annen oppdiktet plan")
    with pytest.raises(ReleaseError, match="already published with other content"):
        publish(copy_of_odd)
    assert bytes_of(release.open_release(copy_of_odd.releases / "1.0.0")) == before
    assert not (copy_of_odd.releases / ".draft").exists()


def test_a_new_version_becomes_current_and_the_old_one_stays(copy_of_odd: Instance) -> None:
    edit(copy_of_odd, "En oppdiktet plan", "En annen oppdiktet plan")
    publish(raised(copy_of_odd, "1.1.0"))
    assert release.current_version(copy_of_odd.releases) == "1.1.0"
    assert [found.version for found in release.all_releases(copy_of_odd.releases)] == ["1.1.0", "1.0.0"]


def test_one_may_go_back_to_an_earlier_release(copy_of_odd: Instance) -> None:
    publish(raised(copy_of_odd, "1.1.0"))
    release.point(copy_of_odd.releases, "1.0.0")
    assert release.current_version(copy_of_odd.releases) == "1.0.0"


def test_rehearsals_come_before_the_final_version(tmp_path: Path) -> None:
    order = ["0.9", "1.0.0-alpha", "1.0.0-rc2", "1.0.0-rc10", "1.0.0", "1.0.1-rc.1", "1.0.1-rc.2", "1.0.1", "1.10"]
    for version in order:
        (tmp_path / version).mkdir()
        manifest = json.dumps({"version": version, "issued": "2026-01-02"})
        (tmp_path / version / "manifest.json").write_text(manifest, encoding="utf-8")
    assert [found.version for found in reversed(release.all_releases(tmp_path))] == order


def test_a_new_version_is_not_issued_before_the_current_one(copy_of_odd: Instance) -> None:
    new = replace(raised(copy_of_odd, "1.1.0"), issued=date(2026, 1, 1))
    with pytest.raises(ReleaseError, match=r"issued on 2026-01-01, before version 1\.0\.0 of 2026-01-02.*Set `issued`"):
        publish(new)
    assert release.current_version(copy_of_odd.releases) == "1.0.0"


@pytest.mark.parametrize("version", ["../1", "current", ".draft", "1/2", "", "v1"])
def test_what_is_no_version_is_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(ReleaseError, match="is no version"):
        release.freeze(tmp_path, version, lambda draft: {})


def test_two_releases_at_once_are_refused(copy_of_odd: Instance) -> None:
    def nested(_: Path) -> dict[str, object]:
        publish(copy_of_odd)
        return {}

    with pytest.raises(ReleaseError, match="Another release is being made"):
        release.freeze(copy_of_odd.releases, "2.0.0", nested)


def test_a_draft_left_by_an_attempt_that_died_is_removed(copy_of_odd: Instance) -> None:
    (copy_of_odd.releases / ".draft" / "store").mkdir(parents=True)
    (copy_of_odd.releases / ".draft" / "data.nq").write_text("half a line")
    publish(raised(copy_of_odd, "1.1.0"))
    assert not (copy_of_odd.releases / ".draft").exists()


def test_an_instance_with_violations_cannot_be_released(copy_of_odd: Instance) -> None:
    edit(copy_of_odd, "a plan:Theme", "a plan:Teme")
    with pytest.raises(ValueError, match="violations"):
        publish(copy_of_odd)


def test_a_release_that_says_nothing_is_refused(unreleased: Instance) -> None:
    for path in unreleased.sources + unreleased.queries:
        path.unlink()
    with pytest.raises(ReleaseError, match="states nothing"):
        publication.publish(unreleased, publication.examine(unreleased, silent), silent)


def test_every_file_has_the_hash_that_manifest_and_sums_say(odd: Instance) -> None:
    found = release.current(odd.releases)
    assert found is not None
    assert release.verify(found) == []
    sums = dict(reversed(line.split("  ")) for line in (found.folder / "SHA256SUMS").read_text().splitlines())
    assert sums == {row["name"]: row["sha256"] for row in found.files}
    assert found.content_hash == hashlib.sha256((found.folder / "data.nq").read_bytes()).hexdigest()


def test_a_file_that_was_changed_or_lost_is_named(copy_of_odd: Instance) -> None:
    found = release.open_release(copy_of_odd.releases / "1.0.0")
    (found.folder / "data.nt").unlink()
    (found.folder / "data.ttl").write_text("tampered")
    assert release.verify(found) == ["data.ttl", "data.nt"]


def test_the_manifest_says_nothing_of_machine_or_clock(odd: Instance) -> None:
    found = release.current(odd.releases)
    assert found is not None
    assert found.issued == date(2026, 1, 2).isoformat()
    assert str(odd.folder) not in json.dumps(found.manifest)


def test_a_published_address_may_not_vanish(copy_of_odd: Instance) -> None:
    edit(copy_of_odd, "id/theme/markup", "id/theme/nytt-navn")
    violations = publication.examine(copy_of_odd, silent).violations
    assert [_named(finding) for finding in violations] == [("Source-vanished-address", "id/theme/markup")]


def _named(finding: Finding) -> tuple[str, str]:
    return finding.rule_name, str(finding.focus).removeprefix("https://data.example.org/")


def test_before_the_first_release_there_is_none(tmp_path: Path) -> None:
    assert release.current(tmp_path) is None
    with pytest.raises(ReleaseError, match="planverk release"):
        release.open_release(tmp_path)


def test_derived_statements_are_in_a_graph_of_their_own(odd: Instance) -> None:
    found = release.current(odd.releases)
    assert found is not None
    lines = (found.folder / "data.nq").read_text(encoding="utf-8").splitlines()
    plan, title = URIRef(odd.base + "id/plan/fjord"), Literal("Regional plan for fjorder (oppdiktet)", "nb")
    assert f"{plan.n3()} {DCTERMS.title.n3()} {title.n3()} <{odd.base}id/graph/plan> ." in lines
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    assert f"{plan.n3()} {label} {title.n3()} <{odd.base}id/graph/derived> ." in lines

"""What is built for others to install is whole: code, ontology, shapes, queries, pages and Buskerud's data."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path).namelist()


def tracked(folder: str) -> list[str]:
    """What git knows in a folder, with what it would know after an add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", folder]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("folder", ["ontology", "shapes", "data"])
def test_the_wheel_has_every_file_of_the_top_folders(wheel: list[str], folder: str) -> None:
    assert {f"planverk/{name}" for name in tracked(folder)} <= set(wheel)


def test_the_wheel_has_every_file_of_the_package(wheel: list[str]) -> None:
    assert {name.removeprefix("service/") for name in tracked("service/planverk")} <= set(wheel)


def test_the_wheel_has_the_examples_that_pages_of_rules_show(wheel: list[str]) -> None:
    examples = {name.replace("tests/shapes/", "planverk/rule-examples/", 1) for name in tracked("tests/shapes")}
    assert examples
    assert examples <= set(wheel)


def test_the_wheel_has_the_editor_of_the_query_page_and_not_what_it_is_built_from(wheel: list[str]) -> None:
    assert "planverk/web/static/query/codemirror.js" in wheel
    assert [name for name in wheel if "node_modules" in name or name.endswith("package.json")] == []


def test_the_wheel_has_no_release_of_data_and_no_test(wheel: list[str]) -> None:
    released = [name for name in wheel if name.startswith("planverk/data/") and "/releases/" in name]
    assert released + [name for name in wheel if name.startswith("tests/")] == []

"""What the tests share: instances released once per run, and the application that serves them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from hypothesis import settings
from rdflib import Graph

from planverk import folders, publication, validation
from planverk.instance import Instance, read_instance
from planverk.validation.judge import with_superclasses
from planverk.vocabulary import Vocabulary
from planverk.web import create_app
from three_releases import three_releases

TESTS = Path(__file__).parent
# How long an example takes says more of the machine than of the product.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def released(source: Path, folder: Path) -> Instance:
    """Copy an instance's files into a folder, release it, and give it."""
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("releases"))
    instance = read_instance(folder)
    examined = publication.examine(instance, lambda step: None)
    assert not examined.violations, [finding.sentence(["nb"]) for finding in examined.violations]
    publication.publish(instance, examined, lambda step: None)
    return instance


def copied(instance: Instance, folder: Path) -> Instance:
    """Copy an instance with its releases into a folder, and give the copy."""
    return read_instance(shutil.copytree(instance.folder, folder, symlinks=True))


def report_of(graph: Graph, vocabulary: Vocabulary) -> Graph:
    """The validation report of a graph, with the ontology's superclasses known."""
    with with_superclasses(graph, vocabulary) as judged:
        return validation.report(judged, vocabulary.shapes)


@pytest.fixture(scope="session")
def buskerud(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    """Buskerud's instance with its release; tests must leave it as it is."""
    return released(folders.DATA / "buskerud", tmp_path_factory.mktemp("buskerud") / "instance")


@pytest.fixture(scope="session")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    """A small fictional instance of hard cases; tests must leave it as it is."""
    return released(TESTS / "odd", tmp_path_factory.mktemp("odd") / "instance")


@pytest.fixture(scope="session")
def fjordheim(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    """A fictional county with one of everything; tests must leave it as it is."""
    return released(TESTS / "fjordheim", tmp_path_factory.mktemp("fjordheim") / "instance")


@pytest.fixture
def copy_of_odd(odd: Instance, tmp_path: Path) -> Instance:
    """The fictional instance with its release, for a test to change as it likes."""
    return copied(odd, tmp_path / "instance")


@pytest.fixture
def unreleased(tmp_path: Path) -> Instance:
    """The fictional instance before its first release."""
    shutil.copytree(TESTS / "odd", tmp_path / "instance")
    return read_instance(tmp_path / "instance")


@pytest.fixture(scope="session")
def editions(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    """The fictional instance in three releases, at an address of this machine; tests must leave it as it is."""
    return three_releases(tmp_path_factory.mktemp("editions") / "instance")


@pytest.fixture(scope="session")
def client(buskerud: Instance) -> FlaskClient:
    """A client of the service for Buskerud."""
    return create_app(buskerud).test_client()


@pytest.fixture(scope="session")
def odd_client(odd: Instance) -> FlaskClient:
    """A client of the service for the fictional instance."""
    return create_app(odd).test_client()


@pytest.fixture(scope="session")
def fjordheim_client(fjordheim: Instance) -> FlaskClient:
    """A client of the service for the fictional county."""
    return create_app(fjordheim).test_client()


@pytest.fixture(scope="session")
def needed() -> Callable[[str], str]:
    """The path of a program or file that tests/setup gets for tests. Where there is none, tests say so; in CI they fail."""

    def find(name: str) -> str:
        # tests/setup may have put it beside the Python that runs the tests.
        found = shutil.which(name) or shutil.which(name, path=Path(sys.executable).parent)
        if found:
            return found
        if (TESTS.parent / name).exists():
            return str(TESTS.parent / name)
        missing = f"MISSED: {name} is not there, so this test checked nothing. Run tests/setup."
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)

    return find


@pytest.fixture(scope="session")
def java(needed: Callable[[str], str]) -> Callable[..., bytes]:
    """Runs a program of tests/java and gives what it prints."""
    needed("javac")  # which java calls upon: the programs are compiled as they are run
    classpath = Path(needed(".venv/java.classpath")).read_text(encoding="utf-8")

    def run(program: str, *arguments: str, given: bytes = b"") -> bytes:
        command = [needed("java"), str(TESTS / "java" / f"{program}.java"), *arguments]
        environment = {**os.environ, "CLASSPATH": classpath}
        process = subprocess.run(command, env=environment, input=given, capture_output=True, check=False)
        assert process.returncode == 0, process.stderr.decode()
        return process.stdout

    return run


@pytest.fixture(scope="session")
def foreign_vocabulary(needed: Callable[[str], str]) -> Callable[[str], Graph]:
    """A vocabulary as its owner publishes it, by the name it has among npm's @vocabulary packages."""
    packages = Path(needed("tests/npm/node_modules")) / "@vocabulary"

    def read(name: str) -> Graph:
        quads = ox.parse(path=packages / name / f"{name}.nq", format=ox.RdfFormat.N_QUADS)
        triples = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
        return Graph().parse(data=triples, format="nt")

    return read

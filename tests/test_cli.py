"""The command line says what it does, what is wrong and, by its exit code, whether all is well."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from errno import ENOSPC
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest
from click.testing import CliRunner, Result

from planverk import __version__
from planverk.cli import main, publishing
from planverk.cli.saving import each_save
from planverk.instance import Instance
from planverk.release import current_version


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=stdin)


@pytest.mark.parametrize("command", [[], ["check"], ["release"], ["serve"], ["query"]])
def test_every_command_explains_itself(command: list[str]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_the_version_is_told() -> None:
    assert __version__ in run("--version").output


def test_check_of_good_data_ends_well_and_writes_nothing(unreleased: Instance) -> None:
    result = run("check", str(unreleased.folder), "--quiet")
    assert result.exit_code == 0
    assert not unreleased.releases.exists()


def test_check_of_bad_data_names_file_line_rule_and_sentence(unreleased: Instance) -> None:
    path = unreleased.folder / "plan.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("a plan:RegionalPlan", "a plan:RegionalPlann"), "utf-8")
    result = run("check", str(unreleased.folder))
    line = next(line for line in result.stdout.splitlines() if "RegionalPlann" in line)
    assert result.exit_code == 1
    number = path.read_text(encoding="utf-8").splitlines().index("<id/plan/fjord> a plan:RegionalPlann ;") + 1
    assert line.startswith(f"{path}:{number}: FEIL Source-unknown-term: Vokabularet har ikke")


def test_check_may_watch_and_checks_again_what_is_saved(unreleased: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    path = unreleased.folder / "plan.ttl"
    good = path.read_text(encoding="utf-8")

    def saves(folder: Path) -> Iterator[datetime]:
        for text in (good, good.replace('plan:startYear "2021"^^xsd:gYear', 'plan:startYear "2021"'), "nothing", good):
            (folder / "plan.ttl").write_text(text, encoding="utf-8")
            yield datetime(2026, 11, 26, 14, 3, tzinfo=UTC)

    monkeypatch.setattr(publishing, "each_save", saves)
    result = run("check", str(unreleased.folder), "--watch", "--quiet")
    rounds = [part.strip().splitlines() for part in result.stdout.split("── 14:03:00")[1:]]
    assert [bool(lines) for lines in rounds] == [False, True, True, False]
    assert any("FEIL Period-startYear" in line for line in rounds[1])
    assert result.exit_code == 0


def test_a_setting_that_is_no_longer_good_is_told_while_watching(
    unreleased: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "each_save", lambda folder: iter([datetime(2026, 11, 26, tzinfo=UTC)]))
    (unreleased.folder / "planverk.toml").write_text("nothing", encoding="utf-8")
    result = run("check", str(unreleased.folder), "--watch")
    assert result.exit_code == 1
    assert "planverk.toml" in result.stderr


def test_a_save_is_noticed_once_the_file_is_at_rest(tmp_path: Path) -> None:
    saves = each_save(tmp_path, seconds=0.01)
    first = next(saves)
    (tmp_path / "~$plan.xlsx").write_text("a lock", encoding="utf-8")
    (tmp_path / "plan.xlsx").write_text("saved", encoding="utf-8")
    assert next(saves) >= first
    Thread(target=lambda: (sleep(0.2), (tmp_path / "plan.xlsx").unlink()), daemon=True).start()
    (tmp_path / ".~lock.plan.xlsx#").write_text("a lock", encoding="utf-8")
    waited = monotonic()
    next(saves)
    assert monotonic() - waited > 0.15


def test_findings_speak_the_language_asked_for(unreleased: Instance) -> None:
    path = unreleased.folder / "plan.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("a plan:RegionalPlan", "a plan:RegionalPlann"), "utf-8")
    assert "The vocabulary has nothing called" in run("check", str(unreleased.folder), "--language", "en").stdout


def test_release_publishes_and_says_what(unreleased: Instance) -> None:
    result = run("release", str(unreleased.folder))
    assert result.exit_code == 0, result.output
    assert "Utgave 1.0.0 er gjeldende" in result.stdout
    assert current_version(unreleased.releases) == "1.0.0"


def test_a_version_that_stands_is_refused_with_the_way_out(copy_of_odd: Instance) -> None:
    path = copy_of_odd.folder / "plan.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("En oppdiktet", "En annen oppdiktet"), encoding="utf-8")
    result = run("release", str(copy_of_odd.folder))
    assert result.exit_code == 1
    assert "Raise `version`" in result.stderr


@pytest.mark.parametrize("command", ["check", "release", "serve"])
def test_a_folder_that_is_no_instance_is_refused(tmp_path: Path, command: str) -> None:
    result = run(command, str(tmp_path))
    assert result.exit_code == 1
    assert "has no planverk.toml" in result.stderr


def test_a_folder_that_does_not_exist_is_a_fault_of_the_command_line(tmp_path: Path) -> None:
    assert run("check", str(tmp_path / "nowhere")).exit_code == 2


class Endpoint(BaseHTTPRequestHandler):
    """A SPARQL endpoint that gives one row, or what the query's first word says."""

    answers = {  # noqa: RUF012  # a table, never changed
        "SELECT": (200, "application/sparql-results+json", json.dumps({
            "head": {"vars": ["tema", "navn"]},
            "results": {"bindings": [
                {"tema": {"type": "uri", "value": "urn:a"}, "navn": {"type": "literal", "value": "Blåbær"}},
                {"tema": {"type": "uri", "value": "urn:lang"}},
            ]},
        })),
        "ASK": (200, "application/sparql-results+json", json.dumps({"head": {}, "boolean": True})),
        "BROKEN": (200, "application/sparql-results+json", "{not json"),
        "PAGE": (200, "text/html", "<p>hei</p>"),
        "BAD": (400, "text/plain", "line 1: no"),
        "DOWN": (503, "text/plain", "full"),
    }  # fmt: skip

    def do_GET(self) -> None:
        word = next(word for word in self.answers if f"query={word}" in self.path)
        self._answer(word)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer("ASK")

    def _answer(self, word: str) -> None:
        status, kind, body = self.answers[word]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/sparql"
    server.shutdown()
    thread.join()
    server.server_close()


def test_query_prints_a_table(endpoint: str) -> None:
    result = run("query", endpoint, "SELECT * {}")
    assert result.stdout == "tema      navn\n--------  ------\nurn:a     Blåbær\nurn:lang\n"


def test_query_is_read_from_a_file_or_from_standard_input(endpoint: str, tmp_path: Path) -> None:
    file = tmp_path / "ask.rq"
    file.write_text("ASK {}", encoding="utf-8")
    assert run("query", endpoint, "--file", str(file)).stdout == "true\n"
    assert run("query", endpoint, stdin="ASK {}").stdout == "true\n"


def test_a_long_query_is_posted(endpoint: str) -> None:
    assert run("query", endpoint, "SELECT * { #" + "x" * 3000 + "\n}").stdout == "true\n"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # SPARQLWrapper warns of a media type it did not ask for
@pytest.mark.parametrize("word", ["BROKEN", "PAGE", "BAD", "DOWN"])
def test_an_endpoint_in_trouble_is_told_in_one_line_with_its_address(endpoint: str, word: str) -> None:
    result = run("query", endpoint, word)
    assert result.exit_code == 1
    assert endpoint in result.stderr
    assert "Traceback" not in result.stderr


def test_an_endpoint_that_is_not_there_is_told() -> None:
    result = run("query", "http://127.0.0.1:9/sparql", "ASK {}")
    assert result.exit_code == 1
    assert "http://127.0.0.1:9/sparql" in result.stderr


@pytest.mark.parametrize("command", ["check", "release", "preview"])
def test_a_file_in_place_of_the_releases_is_told(unreleased: Instance, command: str) -> None:
    unreleased.releases.write_text("", encoding="utf-8")
    result = run(command, str(unreleased.folder))
    assert (result.exit_code, f"{unreleased.releases}" in result.stderr) == (1, True)
    assert "kan ikke leses eller skrives: Not a directory" in result.stderr


@pytest.mark.parametrize("command", ["release", "preview"])
def test_a_disk_that_is_full_is_told(unreleased: Instance, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr("planverk.publication.make", full)
    result = run(command, str(unreleased.folder))
    assert (result.exit_code, "kan ikke leses eller skrives: No space left on device" in result.stderr) == (1, True)


def test_a_query_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("# ø\nASK {}", encoding="latin-1")
    result = run("query", "http://127.0.0.1:1/sparql", "--file", str(tmp_path / "q.rq"))
    assert (result.exit_code, "q.rq is not saved as UTF-8" in result.stderr) == (1, True)

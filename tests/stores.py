"""Real SPARQL servers for tests: started on free ports of this machine with empty folders, and stopped again."""

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template
from urllib.error import URLError

from planverk.instance import RemoteStore

Needed = Callable[[str], str]
USER, PASSWORD = "dba", "oppdiktet"
VARIABLES = {"PLANVERK_TEST_USER": USER, "PLANVERK_TEST_PASSWORD": PASSWORD}
_SECONDS_TO_START = 60


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def fuseki(folder: Path, needed: Needed) -> Iterator[tuple[RemoteStore, "subprocess.Popen[bytes]"]]:
    """Apache Jena Fuseki with a database on disk; whoever has the password may write, and read."""
    port = free_port()
    (folder / "users").write_text(f"{USER}: {PASSWORD}\n", encoding="utf-8")
    (folder / "database").mkdir()
    jar = Path(needed(".venv/fuseki.classpath")).read_text(encoding="utf-8").strip()
    command = [needed("java"), "-jar", jar, "--localhost", f"--port={port}", "--update", "--tdb2", "--timeout=4000"]
    users = ["--auth=basic", f"--passwd={folder}/users"]
    environment = {**os.environ, "FUSEKI_BASE": str(folder / "base")}
    base = f"http://127.0.0.1:{port}/planverk"
    with _running([*command, *users, f"--loc={folder}/database", "/planverk"], folder, environment) as process:
        _wait_for(f"{base}/query", process)
        yield RemoteStore(f"{base}/query", f"{base}/data", f"{base}/update", *VARIABLES), process


@contextmanager
def virtuoso(folder: Path, needed: Needed) -> Iterator[tuple[RemoteStore, "subprocess.Popen[bytes]"]]:
    """OpenLink Virtuoso with a database of its own; all may read, and whoever has the password may write."""
    sql, http = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(_VIRTUOSO.substitute(folder=folder, sql=sql, http=http), encoding="utf-8")
    command = [needed("virtuoso-t"), "+configfile", str(folder / "virtuoso.ini"), "+foreground"]
    base = f"http://127.0.0.1:{http}"
    with _running(command, folder, dict(os.environ)) as process:
        _wait_for(f"{base}/sparql", process)
        _set_password(needed("isql-vt"), sql)
        yield (
            RemoteStore(f"{base}/sparql", f"{base}/sparql-graph-crud-auth", f"{base}/sparql-auth", *VARIABLES),
            process,
        )


@contextmanager
def _running(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _wait_for(query: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _SECONDS_TO_START
    while True:
        try:
            urllib.request.urlopen(f"{query}?query=ASK%7B%7D", timeout=5).close()
        except urllib.request.HTTPError as refusal:
            refusal.close()  # it wants a password, so it is there
            return
        except (URLError, OSError):
            assert process.poll() is None, "the server ended; its log is in its folder"
            assert time.monotonic() < end, "the server did not begin to answer; its log is in its folder"
            time.sleep(0.1)
        else:
            return


def _set_password(isql: str, port: int) -> None:
    command = [isql, f"127.0.0.1:{port}", USER, USER, f'exec=set password "{USER}" "{PASSWORD}"; checkpoint;']
    subprocess.run(command, check=True, capture_output=True)


# CaseMode 2 is what `set password` needs. Virtuoso goes on with a query whose client is gone, so it has a limit of its own.
_VIRTUOSO = Template("""
[Database]
DatabaseFile = $folder/virtuoso.db
ErrorLogFile = $folder/virtuoso.log
LockFile = $folder/virtuoso.lck
TransactionFile = $folder/virtuoso.trx
xa_persistent_file = $folder/virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = $folder/virtuoso-temp.db
TransactionFile = $folder/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:$sql
CaseMode = 2
DisableUnixSocket = 1
ServerThreads = 20
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
DirsAllowed = $folder
VADInstallDir = $folder
[HTTPServer]
ServerPort = 127.0.0.1:$http
ServerRoot = $folder
ServerThreads = 10
DavRoot = DAV
[SPARQL]
ResultSetMaxRows = 100000
MaxQueryExecutionTime = 4
""")

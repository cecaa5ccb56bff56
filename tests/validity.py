"""What html-validate finds wrong in pages."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from conftest import TESTS


def invalid(folder: Path, needed: Callable[[str], str]) -> list[tuple[str, str]]:
    """The faults in the pages in a folder: the path of the file below it, and what is wrong."""
    program = needed("tests/npm/node_modules/html-validate/bin/html-validate.mjs")
    config = str(TESTS / "browser" / "html-validate.json")
    command = [needed("node"), program, "--config", config, "--formatter", "json", "--ext", "html", str(folder)]
    told = folder.with_name(f"{folder.name}.told.json")
    with told.open("w") as report:
        # Into a file: the program ends before a pipe has taken all that it says.
        subprocess.run(command, stdout=report, check=False)
    return [
        (str(Path(file["filePath"]).relative_to(folder)), f"{row['ruleId']}, line {row['line']}: {row['message']}")
        for file in json.loads(told.read_text(encoding="utf-8"))
        for row in file["messages"]
    ]

"""The style sheet: built of Designsystemet and our own rules beforehand, small, and what is served is what the sources build."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

STYLESHEET = Path(__file__).parents[1] / "service" / "stylesheet"
STATIC = STYLESHEET.parent / "planverk" / "web" / "static"


def test_the_style_that_is_served_is_what_its_sources_build(tmp_path: Path, needed: Callable[[str], str]) -> None:
    needed("service/stylesheet/node_modules")
    node = shutil.which("node") or needed(".venv/bin/node")
    command = [node, "build.js", str(tmp_path)]
    built = subprocess.run(command, cwd=STYLESHEET, env=os.environ, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (STATIC / path.name).read_bytes(), (
            "run `npm ci && npm run build` in service/stylesheet"
        )


def test_the_style_is_light_and_every_value_it_refers_to_is_there(client: FlaskClient) -> None:
    sent = client.get("/static/planverk.css", headers={"Accept-Encoding": "br"}, buffered=True)
    assert len(sent.data) < 15_000
    css = (STATIC / "planverk.css").read_text(encoding="utf-8")
    declared = set(re.findall(r"[{;](--[\w-]+):", css))
    # A value with a fallback may be missing; Designsystemet leaves some to be set by who uses it.
    assert set(re.findall(r"var\((--[\w-]+)\)", css)) - declared <= {"--_ds-aria-label", "--_ds-field-sizing"}


@pytest.mark.parametrize("file", ["inter.woff2", "planverk.css"])
def test_what_pages_are_shown_with_may_be_kept_for_ever(client: FlaskClient, file: str) -> None:
    (address,) = set(re.findall(rf'href="(/static/[0-9a-f]+/{file})"', client.get("/").text))
    response = client.get(address, buffered=True)
    assert (response.status_code, response.cache_control.immutable) == (200, True)


def test_the_font_has_the_licence_it_must_be_passed_on_with() -> None:
    assert "SIL OPEN FONT LICENSE" in (STATIC / "inter-licence.txt").read_text(encoding="utf-8").upper()

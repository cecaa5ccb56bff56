"""A fictional instance that has changed: one theme is new in its second release, another withdrawn in its third."""

import re
import shutil
import socket
from pathlib import Path

from planverk import publication
from planverk.instance import Instance, read_instance

ODD = Path(__file__).parent / "odd"
VERSIONS = {"1.0.0": "2026-01-02", "1.1.0": "2026-02-03", "2.0.0": "2026-03-04"}
_NEW = """<id/theme/nytt> a plan:Theme ;
    dct:title "Nytt tema (oppdiktet)"@nb , "New theme (fictional)"@en ;
    plan:elementOf <id/plan/fjord> ;
    dct:source <id/source-document/tester> .

<id/organisation/fjordheim> a plan:CountyAuthority"""
# What editors write otherwise than in the release before.
EDITS = {
    "1.0.0": {},
    "1.1.0": {"En oppdiktet plan for tester.": "En annen plan for tester.",
              "<id/organisation/fjordheim> a plan:CountyAuthority": _NEW},
    "2.0.0": {"alert(1)</script> (oppdiktet)\"@nb ;": "alert(1)</script> (oppdiktet)\"@nb ;\n"
              "    plan:withdrawnOn \"2026-03-01\"^^xsd:date ;\n    dct:isReplacedBy <id/theme/nytt> ;"},
}  # fmt: skip


def three_releases(folder: Path) -> Instance:
    """Make the instance in a folder; its base is a port of this machine that was free."""
    shutil.copytree(ODD, folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{free.getsockname()[1]}/"
    for version, day in VERSIONS.items():
        settings = {r'base = "[^"]*"': f'base = "{base}"', r'\nversion = "[^"]*"': f'\nversion = "{version}"',
                    r"\nissued = \S+": f"\nissued = {day}"}  # fmt: skip
        instance = release(folder, settings, EDITS[version])
    return instance


def release(folder: Path, settings: dict[str, str], edits: dict[str, str]) -> Instance:
    """Release an instance after changing its settings, by patterns, and its statements."""
    configuration, plan = folder / "planverk.toml", folder / "plan.ttl"
    text, statements = configuration.read_text(encoding="utf-8"), plan.read_text(encoding="utf-8")
    for pattern, value in settings.items():
        text = re.sub(pattern, value, text)
    for old, new in edits.items():
        assert old in statements
        statements = statements.replace(old, new)
    configuration.write_text(text, encoding="utf-8")
    plan.write_text(statements, encoding="utf-8")
    instance = read_instance(folder)
    examined = publication.examine(instance, lambda step: None)
    publication.publish(instance, examined, lambda step: None)
    return instance

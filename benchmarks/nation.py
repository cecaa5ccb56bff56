"""A nation of invented counties, as large as you like: `python benchmarks/nation.py FOLDER [--size TRIPLES] [--seed N]`.

Each county is the fictional Fjordheim of tests/fjordheim under a name of its own, with its own addresses, organisation
numbers, amounts and measured values, so that every class, link and rule of the ontology is at work in it. The same size
and seed always give the same files. One county is in memory at a time.
"""

import argparse
import random
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

FJORDHEIM = Path(__file__).parents[1] / "tests" / "fjordheim"
# So many statements has Fjordheim.
COUNTY = 4343

_PREFIX = re.compile(r"^@prefix .*\n", re.MULTILINE)
_ADDRESS = re.compile(r"<id/([a-z-]+)/([^>]+)>")
_NUMBER = re.compile(r'(plan:organisationNumber )"\d{9}"')
_AMOUNT = re.compile(r'(plan:amount )"(\d+)"')
_VALUE = re.compile(r'(plan:obsValue )"(\d+)"')
_FIRST = ("Aust", "Vest", "Nord", "Sør", "Indre", "Ytre", "Øvre", "Nedre", "Stor", "Små", "Ny", "Gammel")
_LAST = ("fjord", "vidda", "dalen", "øyane", "neset", "vika", "sletta", "skogen", "heia", "elva", "sundet", "åsen")


def write_nation(folder: Path, size: int, seed: int = 1) -> int:
    """Write an instance of about so many statements; give the number of counties."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = (FJORDHEIM / "planverk.toml").read_text(encoding="utf-8")
    (folder / "planverk.toml").write_text(
        settings.replace("fjordheim-fylkeskommune", "c1-fjordheim-fylkeskommune"), encoding="utf-8"
    )
    counties = counties_in(size)
    pattern, numbers, chance = _pattern(), organisation_numbers(), random.Random(seed)
    for number in range(1, counties + 1):
        text = _county(pattern, number, numbers, chance)
        (folder / f"county-{number:05}.ttl").write_text(text, encoding="utf-8")
    return counties


def counties_in(size: int) -> int:
    """How many whole counties have about so many statements."""
    return max(1, round(size / COUNTY))


def organisation_numbers() -> Iterator[str]:
    """Numbers of nine digits whose last one is right (modulo 11), from a series that nobody uses."""
    weights = (3, 2, 7, 6, 5, 4, 3, 2)
    for body in map(str, count(20_000_000)):
        check = -sum(weight * int(digit) for weight, digit in zip(weights, body, strict=True)) % 11
        if check < 10:
            yield f"{body}{check}"


def _pattern() -> str:
    texts = [file.read_text(encoding="utf-8") for file in sorted(FJORDHEIM.glob("*.ttl"))]
    prefixes = sorted({line for text in texts for line in _PREFIX.findall(text)})
    return "".join(["# Everything is invented.\n", *prefixes, *(_PREFIX.sub("", text) for text in texts)])


def _county(pattern: str, number: int, numbers: Iterator[str], chance: random.Random) -> str:
    name = f"{chance.choice(_FIRST)}{chance.choice(_LAST)} {number}"
    share, step = chance.randint(50, 200), chance.randint(0, 3)
    text = _ADDRESS.sub(rf"<id/\1/c{number}-\2>", pattern)
    text = _NUMBER.sub(lambda found: f'{found[1]}"{next(numbers)}"', text)
    # One share for all of a county: what is paid must stay within what was granted.
    text = _AMOUNT.sub(lambda found: f'{found[1]}"{int(found[2]) * share // 100}"', text)
    text = _VALUE.sub(lambda found: f'{found[1]}"{int(found[2]) + step}"', text)
    return text.replace("Fjordheim", name)


def main() -> None:
    """Write a nation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=10_000, help="about so many statements")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"{write_nation(options.folder, options.size, options.seed)} counties in {options.folder}")


if __name__ == "__main__":
    main()

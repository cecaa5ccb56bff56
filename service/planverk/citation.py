"""How to cite a release: in words, for reference managers (BibTeX, RIS, CSL JSON), and as CITATION.cff 1.2.0."""

import json
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

# Licences of the EU's authority table, by their names in SPDX's list of licences.
_SPDX = {
    "NLOD_1_0": "NLOD-1.0",
    "NLOD_2_0": "NLOD-2.0",
    "CC0": "CC0-1.0",
    "CC_BY_4_0": "CC-BY-4.0",
    "CC_BYSA_4_0": "CC-BY-SA-4.0",
}
_WORDS = {
    "nb": "{publisher} ({year}). {title} (versjon {version}) [datasett]. {address}",
    "nn": "{publisher} ({year}). {title} (versjon {version}) [datasett]. {address}",
    "en": "{publisher} ({year}). {title} (version {version}) [data set]. {address}",
}

_TEX = {sign: f"\\{sign}" for sign in "&%$#_{}"} | {"\\": r"\textbackslash{}"}


class Citation(NamedTuple):
    """What a citation tells: who published what, which version, when, where, under which licence, and its hash."""

    publisher: str
    titles: dict[str, str]
    version: str
    issued: date
    address: str
    licence: str
    licence_name: str
    content_hash: str

    @property
    def title(self) -> str:
        """The title in the first language it has."""
        return next(iter(self.titles.values()))

    def words(self, language: str) -> str:
        """The citation as a sentence, as APA has it."""
        title = self.titles.get(language, self.title)
        year = self.issued.year
        fields = self._asdict() | {"title": title, "year": year}
        return _WORDS.get(language, _WORDS["en"]).format(**fields)

    def sentences(self, languages: Iterable[str]) -> dict[str, str]:
        """The citation as a sentence in each of some languages."""
        return {language: self.words(language) for language in languages}

    def bibtex(self) -> str:
        """The entry for BibTeX with BibLaTeX's kind for data sets."""
        fields = {
            "author": f"{{{self.publisher}}}",  # braces within: an organisation has no first name
            "title": self.title,
            "year": self.issued.year,
            "date": self.issued.isoformat(),
            "version": self.version,
            "publisher": self.publisher,
            "url": self.address,
            "note": f"RDFC-1.0 SHA-256 {self.content_hash}",
        }
        lines = "".join(f"  {name} = {{{_for_tex(name, str(value))}}},\n" for name, value in fields.items())
        return f"@dataset{{planverk-{self.version},\n{lines}}}\n"

    def ris(self) -> str:
        """The entry in RIS, as EndNote, Zotero and Mendeley read it."""
        rows = [("TY", "DATA"), ("AU", f"{self.publisher},"), ("TI", self.title), ("PY", str(self.issued.year)),
                ("DA", self.issued.strftime("%Y/%m/%d")), ("ET", self.version), ("PB", self.publisher),
                ("UR", self.address), ("ER", "")]  # fmt: skip
        return "".join(f"{tag}  - {text}\r\n" for tag, text in rows)

    def csl(self) -> str:
        """The entry as CSL JSON, version 1.0."""
        entry = {
            "id": f"planverk-{self.version}",
            "type": "dataset",
            "title": self.title,
            "author": [{"literal": self.publisher}],
            "publisher": self.publisher,
            "version": self.version,
            "issued": {"date-parts": [[self.issued.year, self.issued.month, self.issued.day]]},
            "URL": self.address,
        }
        return json.dumps([entry], ensure_ascii=False, indent=2) + "\n"

    def cff(self) -> str:
        """The file CITATION.cff; every text is in double quotes, where YAML reads what JSON writes."""
        spdx = _SPDX.get(self.licence.rpartition("/")[2])
        licence = f"license: {spdx}" if spdx else f"license-url: {_quoted(self.licence)}"
        return "\n".join([
            "cff-version: 1.2.0",
            "type: dataset",
            f"message: {_quoted('Vis til datasettet slik når du bruker det.')}",
            f"title: {_quoted(self.title)}",
            f"version: {_quoted(self.version)}",
            f"date-released: {self.issued.isoformat()}",
            "authors:",
            f"  - name: {_quoted(self.publisher)}",
            f"url: {_quoted(self.address)}",
            licence,
            "identifiers:",
            "  - type: other",
            f"    value: {_quoted('sha256:' + self.content_hash)}",
            f"    description: {_quoted('SHA-256 of the canonical N-Quads (RDFC-1.0)')}",
            "",
        ])  # fmt: skip


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _for_tex(name: str, text: str) -> str:
    """A text with what TeX would read as its own marked; addresses are left alone, and so are our own braces."""
    if name in ("url", "author"):
        return text
    return "".join(_TEX.get(sign, sign) for sign in text)

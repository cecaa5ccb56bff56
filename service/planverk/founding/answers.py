"""What a new county is asked: a table of questions, each with what makes an answer good and what is said of a bad one."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from planverk.vocab import EU, LOS

Answers = Mapping[str, str]


class BadAnswer(Exception):
    """An answer that cannot be used; the sentence says why, and what would do."""


class Question(NamedTuple):
    """A question: the name of its option, what is asked, an example, the check of its answer, and the usual answer."""

    name: str
    asks: str
    example: str
    check: Callable[[str], str]
    usual: Callable[[Answers], str] | None = None
    """What it is when nothing is said, by what was answered before; None when it must be answered."""


# What people call the licences that are open and known to the EU's authority table of licences.
LICENCES = {"NLOD 2.0": EU["licence/NLOD_2_0"], "CC BY 4.0": EU["licence/CC_BY_4_0"], "CC0": EU["licence/CC0"]}
THEMES = ("AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "INTR", "JUST", "REGI", "SOCI", "TECH", "TRAN")
LANGUAGES = ("nb", "nn", "en")
_LONGEST = 200
_LOCAL = ("localhost", "127.0.0.1", "::1")
_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)


def _text(answer: str) -> str:
    if not answer:
        raise BadAnswer("Svaret er tomt.")
    if len(answer) > _LONGEST or not answer.isprintable():
        raise BadAnswer(f"Svaret må være én linje på høyst {_LONGEST} tegn.")
    return answer


def _number(answer: str) -> str:
    """An organisation number: nine digits, of which the last is the check digit by modulus 11 (Enhetsregisteret)."""
    digits = answer.replace(" ", "").replace("\u00a0", "")
    if not re.fullmatch(r"\d{9}", digits, re.ASCII):
        raise BadAnswer("Et organisasjonsnummer har ni sifre.")
    rest = 11 - sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False)) % 11
    if rest % 11 != int(digits[-1]):
        raise BadAnswer("Kontrollsifferet stemmer ikke; se etter ombyttede sifre i Enhetsregisteret.")
    return digits


def _county_number(answer: str) -> str:
    if not re.fullmatch(r"\d\d", answer, re.ASCII):
        raise BadAnswer("Et fylkesnummer har to sifre.")
    return answer


def _web(answer: str) -> str:
    try:
        parts = urlsplit(answer)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not re.fullmatch(r"[^\s<>\"{}|\\^`\x00-\x1f]+", answer):
        raise BadAnswer("Skriv en hel nettadresse, med https:// foran og uten mellomrom.")
    return answer


def _base(answer: str) -> str:
    parts = urlsplit(_web(answer))
    if parts.path not in ("", "/") or parts.query or parts.fragment or "?" in answer or "#" in answer:
        raise BadAnswer(
            "Adressen skal være https://, vertsnavn og ingenting etter det. Den er en del av alle IRI-er for alltid."
        )
    if parts.scheme == "http" and parts.hostname not in _LOCAL:
        raise BadAnswer("Adressen må begynne med https://; http går bare på egen maskin.")
    return f"{parts.scheme}://{parts.netloc.lower()}/"


def _several(answer: str, known: tuple[str, ...], what: str) -> str:
    chosen = list(dict.fromkeys(part.strip() for part in answer.split(",") if part.strip()))
    strange = [part for part in chosen if part not in known]
    if strange or not chosen:
        raise BadAnswer(
            f"{', '.join(strange) or 'Ingenting'} er ingen {what}. Velg blant {', '.join(known)}, med komma mellom."
        )
    return ", ".join(chosen)


def _languages(answer: str) -> str:
    return _several(answer.lower(), LANGUAGES, "språkkode som nettstedet kan")


def _themes(answer: str) -> str:
    return _several(answer.upper(), THEMES, "kode i EUs liste over datatemaer")


def _los(answer: str) -> str:
    for part in filter(None, (part.strip() for part in answer.split(","))):
        if not re.fullmatch(re.escape(LOS) + r"(tema|ord)/[a-z0-9-]+", part):
            raise BadAnswer(f"«{part}» er ikke en adresse i Los, som {LOS}tema/naring. Svar tomt for ingen.")
    return answer


def _licence(answer: str) -> str:
    known = {name.casefold(): name for name in LICENCES}
    if answer.casefold() not in known:
        raise BadAnswer(f"Velg en åpen lisens: {', '.join(LICENCES)}.")
    return known[answer.casefold()]


def _mailbox(answer: str) -> str:
    if answer and not re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", answer, re.ASCII):
        raise BadAnswer("Skriv adressen til en felles postkasse, som post@fylket.example.no, eller svar tomt.")
    return answer


def _years(answer: str) -> str:
    found = re.fullmatch(r"(\d{4})\s*[-–]\s*(\d{4})", answer, re.ASCII)
    if not found or not 1900 <= int(found[1]) <= int(found[2]) <= 2200:
        raise BadAnswer(
            "Skriv første og siste år med strek mellom, som 2025–2032; det siste kan ikke komme før det første."
        )
    return f"{found[1]}–{found[2]}"


def _keywords(answer: str) -> str:
    words = [_text(part.strip()) for part in answer.split(",") if part.strip()]
    if not words:
        raise BadAnswer("Skriv minst ett ord som folk ville søkt med.")
    return ", ".join(words)


def area(answers: Answers) -> str:
    """What the county is called when it is a place: the authority's name without what makes it one."""
    return re.sub(r"\s+(fylkes?kommune|fylke)\b.*$", "", answers["county"], flags=re.IGNORECASE) or answers["county"]


QUESTIONS = (
    Question("county", "Hva heter fylkeskommunen?", "Fjordheim fylkeskommune", _text),
    Question("number", "Hvilket organisasjonsnummer har den?", "ni sifre", _number),
    Question("county-number", "Hvilket fylkesnummer har fylket?", "to sifre", _county_number),
    Question("base", "Hvilken adresse skal dataene ha, for alltid?", "https://data.fjordheim.example.no/", _base),
    Question("languages", "Hvilke språk skal nettstedet ha, det viktigste først?", "nb, nn, en", _languages, lambda _: "nb, nn, en"),
    Question("title", "Hva skal nettstedet hete?", "Regionale planer i Fjordheim", _text, lambda so_far: f"Regionale planer i {area(so_far)}"),
    Question("licence", "Under hvilken lisens gis dataene ut?", ", ".join(LICENCES), _licence, lambda _: "NLOD 2.0"),
    Question("contact", "Hvilket kontor svarer på spørsmål (aldri en person)?", "Planavdelingen", _text, lambda so_far: so_far["county"]),
    Question("contact-page", "Hvilken nettside har kontaktopplysninger?", "https://www.fjordheim.example.no/kontakt", _web),
    Question("contact-email", "Hvilken felles postkasse har kontoret (tomt for ingen)?", "post@fjordheim.example.no", _mailbox, lambda _: ""),
    Question("themes", "Hvilke av EUs datatemaer handler planen om?", ", ".join(THEMES), _themes, lambda _: "REGI"),
    Question("los", "Hvilke emner i Los (hele adresser, tomt for ingen)?", f"{LOS}tema/naring", _los, lambda _: ""),
    Question("keywords", "Hvilke ord ville folk søkt med?", "regional plan, næring", _keywords, lambda so_far: f"regional plan, {area(so_far)}"),
    Question("plan", "Hva heter den første planen?", "Regional plan for kompetanse", _text),
    Question("years", "Hvilke år gjelder den?", "2025–2032", _years),
    Question("source", "På hvilken nettadresse ligger plandokumentet?", "https://www.fjordheim.example.no/plan.pdf", _web),
)  # fmt: skip

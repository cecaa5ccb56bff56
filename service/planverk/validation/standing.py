"""What stands of the findings after an edit: only what the edit can touch is judged again."""

from collections.abc import Iterable

from rdflib import RDFS, Graph, Literal, URIRef

from planverk.findings import Finding, Triple
from planverk.store.engine import Engine, Told
from planverk.store.positions import Positions
from planverk.validation.aims import Aim, Suspicion, aims
from planverk.validation.judge import JudgedGraph, reports, with_superclasses
from planverk.validation.reach import Reach, reach
from planverk.validation.results import findings, placed
from planverk.validation.suspects import Suspects
from planverk.vocabulary import Vocabulary


class Standing:
    """Validates a graph again and again while it is edited; finds what `validate` would find."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Take the rules; of data nothing is known yet."""
        self._vocabulary = vocabulary
        self._rules = aims(vocabulary.shapes)
        self._reaches: dict[Aim, Reach] = {}
        self._told: set[Told] = set()
        self._found: list[Finding] = []  # without places, for an edit moves them
        self._suspects: Suspects | None = None

    def validate(self, graph: Graph, positions: Positions) -> list[Finding]:
        """What the shapes say of a graph, as `validate` gives it."""
        with with_superclasses(graph, self._vocabulary) as judged:
            told = judged.engine.told()
            changed = {judged.engine.read(one) for one in told ^ self._told}
            if self._suspects is None or _is_beyond(changed, judged.engine):
                self._found = self._begin(judged)
            elif changed:
                self._found = self._again(judged, self._suspects, changed)
        self._told = told
        return placed(self._found, positions)

    def _begin(self, judged: JudgedGraph) -> list[Finding]:
        self._suspects = Suspects(self._vocabulary.shapes, judged)
        return self._judged(judged, self._suspects.of(self._rules, judged))

    def _judged(self, judged: JudgedGraph, suspicions: list[Suspicion]) -> list[Finding]:
        shapes = self._vocabulary.shapes
        return [one for part in reports(judged, shapes, suspicions) for one in findings(part, shapes)]

    def _again(self, judged: JudgedGraph, suspects: Suspects, changed: set[Triple]) -> list[Finding]:
        """What is found once rules that tell of the edited things alone are asked of these, and others of all things."""
        edited = {subject for subject, _, _ in changed if isinstance(subject, URIRef)}
        self._reaches = self._reaches or {rule: reach(rule, self._vocabulary.shapes) for rule in self._rules}
        properties = {predicate for _, predicate, _ in changed}
        touched = [rule for rule in self._rules if self._reaches[rule].is_touched(properties)]
        own = [rule for rule in touched if self._reaches[rule].is_own]
        far = [rule for rule in touched if not self._reaches[rule].is_own]
        suspicions = suspects.of(own, judged, {str(thing) for thing in edited}) + suspects.of(far, judged)
        anew = self._judged(judged, suspicions)
        gone, of_edited = {rule.rule for rule in far}, {rule.rule for rule in own}
        kept = (one for one in self._found if one.rule not in gone)
        return [*(one for one in kept if one.rule not in of_edited or one.focus not in edited), *anew]


def _is_beyond(changed: Iterable[Triple], engine: Engine) -> bool:
    """Whether an edit has what is not followed: things that no query can name, and classes."""
    nodes = {node for subject, _, value in changed for node in (subject, value) if not isinstance(node, Literal)}
    properties = {predicate for _, predicate, _ in changed}
    return RDFS.subClassOf in properties or not all(map(engine.can_name, nodes | properties))

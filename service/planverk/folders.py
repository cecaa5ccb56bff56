"""Where the ontology, the shapes, the queries and the bundled instances lie, installed or in a checkout."""

from pathlib import Path

PACKAGE = Path(__file__).parent
_CHECKOUT = PACKAGE.parents[1]
# A wheel carries the top-level folders inside the package; in a checkout they stand beside service/.
_ROOT = PACKAGE if (PACKAGE / "ontology").is_dir() else _CHECKOUT

ONTOLOGY = _ROOT / "ontology"
SHAPES = _ROOT / "shapes"
DATA = _ROOT / "data"
# Small files that show each rule at work; in a checkout they are its tests.
RULE_EXAMPLES = PACKAGE / "rule-examples" if _ROOT is PACKAGE else _CHECKOUT / "tests" / "shapes"
QUERIES = PACKAGE / "queries"

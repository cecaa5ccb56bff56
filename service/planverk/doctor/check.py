"""What a check is: a row of the doctor's table."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from planverk.doctor.visit import Site


class Check(NamedTuple):
    """What is proved, in a sentence; what tells each fault of a site; and how such a fault is mended."""

    name: str
    faults: Callable[[Site], Iterable[str]]
    mend: str

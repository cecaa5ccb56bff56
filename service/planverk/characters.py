"""Which characters no format of ours can hold, and how a person is shown that there is one."""

import re

# Characters outside XML 1.0, section 2.2; halves of surrogate pairs are none at all.
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def visible(text: str) -> str:
    """A text with the code of each such character in its place."""
    return NOT_IN_XML.sub(lambda found: f"U+{ord(found[0]):04X}", text)

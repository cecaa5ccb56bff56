"""What XML 1.0 cannot hold: an answer that it would distort or break is not given in it."""

import re
from typing import Any

# Characters outside XML 1.0, section 2.2, in UTF-8; and how the engine writes a property whose address has no last name,
# which no element can stand for (RDF 1.1 XML Syntax, section 2.5). In texts the engine has written `<` as `&lt;`.
_IMPOSSIBLE = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|<oxprefix:[ >]")
_LONGEST = len(b"<oxprefix: ")


class Unwritable(Exception):
    """The answer holds something that the format has no way to write."""


class XmlFile:
    """A file for XML: a return, which a reader of XML would take for a new line, is written as a reference."""

    def __init__(self, file: Any) -> None:  # Any: what has a write()
        """Take the file that it is all written to."""
        self._file = file
        self._end = b""

    def write(self, data: bytes) -> int:
        """Write some bytes.

        Raises:
            Unwritable: with them the file would be no XML, or no RDF/XML.

        """
        seen = self._end + data
        if _IMPOSSIBLE.search(seen):
            raise Unwritable
        # What is impossible may be split between two calls.
        self._end = seen[-_LONGEST:]
        self._file.write(data.replace(b"\r", b"&#13;"))
        return len(data)

    def flush(self) -> None:
        """Pass on what is held back; nothing is."""
        self._file.flush()

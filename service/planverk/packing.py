"""Files made smaller for those who fetch them: gzip, Zstandard and zip, without names, times or anything of the machine."""

import gzip
import shutil
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_LEVEL = 9
# The earliest time that a zip can tell (APPNOTE.TXT, section 4.4.6).
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_PIECE = 1 << 20


class Packing(NamedTuple):
    """A way to pack one file: the ending of its name, its media type, and the packing and opening of it."""

    suffix: str
    media_type: str
    pack: Callable[[Path, Path], None]
    open: Callable[[Path], bytes]


def _gzip(source: Path, target: Path) -> None:
    # Neither the name nor the time of the file stands in its head (RFC 1952, section 2.3).
    with (
        source.open("rb") as plain,
        target.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=_LEVEL, mtime=0) as packed,
    ):
        shutil.copyfileobj(plain, packed, _PIECE)


def _zstd(source: Path, target: Path) -> None:
    with source.open("rb") as plain, zstd.open(target, "wb", level=_LEVEL) as packed:
        shutil.copyfileobj(plain, packed, _PIECE)


def _read_gzip(path: Path) -> bytes:
    with gzip.open(path) as file:
        return file.read()


def _read_zstd(path: Path) -> bytes:
    with zstd.open(path) as file:
        return bytes(file.read())


PACKINGS = (
    Packing("gz", "application/gzip", _gzip, _read_gzip),
    Packing("zst", "application/zstd", _zstd, _read_zstd),
)


def opened(path: Path) -> bytes:
    """What is in a file, unpacked if its name says that it is packed. Raises ValueError when it is not, or not whole."""
    packing = next((row for row in PACKINGS if path.suffix == f".{row.suffix}"), None)
    try:
        return packing.open(path) if packing else path.read_bytes()
    except (EOFError, gzip.BadGzipFile, zlib.error, zstd.ZstdError) as error:
        raise ValueError(str(error)) from None


def zip_up(target: Path, sources: Iterable[Path]) -> None:
    """Put files into a zip, in the order given."""
    with zipfile.ZipFile(target, "w") as archive:
        for source in sources:
            entry = zipfile.ZipInfo(source.name, _NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            # As on Unix, readable by all: what the machine that packs would say is left out.
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            entry.file_size = source.stat().st_size
            with source.open("rb") as plain, archive.open(entry, "w") as packed:
                shutil.copyfileobj(plain, packed, _PIECE)

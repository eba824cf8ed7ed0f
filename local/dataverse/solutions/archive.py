"""The zip of a package: its files by name, within bounds.

Source: Microsoft Learn, "Solution file reference"; error text of ImportCustomizationsBadZipFileError for what must be there.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from local.dataverse.solutions import faults, nodes

CONTENT_TYPES, SOLUTION, CUSTOMIZATIONS = "[Content_Types].xml", "solution.xml", "customizations.xml"
NEEDED = (CONTENT_TYPES, SOLUTION, CUSTOMIZATIONS)
MAX_FILES = 5_000
MAX_BYTES = 128 * 1024 * 1024
"""Of all files together, unpacked. Dataverse takes zips of up to 95 MB (Microsoft Learn, "Import solutions")."""
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error, ValueError, NotImplementedError, RuntimeError)


def unpack(data: bytes) -> dict[str, bytes]:
    """The files of a package by their paths. Errors: ImportFault."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as zipped:
            return _files(zipped)
    except _BROKEN:
        raise faults.bad_zip() from None


def _files(zipped: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [entry for entry in zipped.infolist() if not entry.is_dir()]
    if len(entries) > MAX_FILES:
        raise faults.too_large(f"It has more than {MAX_FILES} files.")
    files: dict[str, bytes] = {}
    left = MAX_BYTES
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if name in files or name.startswith("/") or ".." in name.split("/"):
            raise faults.bad_zip()
        with zipped.open(entry) as stream:
            content = stream.read(left + 1)
        left -= len(content)
        if left < 0:
            raise faults.too_large(f"Unpacked it is larger than {MAX_BYTES} bytes.")
        files[name] = content
    if any(name not in files for name in NEEDED):
        raise faults.bad_zip()
    _check_types(files)
    return files


def _check_types(files: dict[str, bytes]) -> None:
    """Every file must have a content type, by its extension or its name."""
    types = nodes.parse(files[CONTENT_TYPES], CONTENT_TYPES, "Types")
    extensions = set()
    for one in types.children("Default"):
        extensions.add(one.required("Extension").lower())
        one.required("ContentType")
        one.done()
    names = set()
    for one in types.children("Override"):
        names.add(one.required("PartName").lstrip("/"))
        one.required("ContentType")
        one.done()
    types.done()
    for name in files:
        extension = name.rpartition("/")[2].rpartition(".")[2].lower()
        if name != CONTENT_TYPES and extension not in extensions and name not in names:
            raise faults.invalid(CONTENT_TYPES, f"There is no content type for '{name}'.")

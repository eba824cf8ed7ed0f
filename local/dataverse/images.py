"""Images: what a row was before and is after, as far as a step wants to be told. Rows of `sdkmessageprocessingstepimage`.

No pre-image of Create, no post-image of Delete, no post-image before the operation; other messages have no images. The property
that an image is taken of is Target, EntityMoniker for SetState; for Create the registration tools write Id.

Source: Microsoft Learn, "Register a plug-in" (define table images). The codes of refusals are not documented.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.dataverse import encoding, errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.dataverse.codec import Sql
    from local.dataverse.encoding import Json
    from local.dataverse.storage import Row, Storage
    from local.dataverse.writing import Change

PRE, POST, BOTH = 0, 1, 2
AFTER = 40
PROPERTIES = {
    "Create": frozenset({"Id", "Target"}),
    "Update": frozenset({"Target"}),
    "Delete": frozenset({"Target"}),
    "Assign": frozenset({"Target"}),
    "SetState": frozenset({"EntityMoniker"}),
}
"""Which property of which message an image can be of."""
IMAGES = """
SELECT sdkmessageprocessingstepid, imagetype, entityalias, attributes FROM sdkmessageprocessingstepimage
ORDER BY createdon, sdkmessageprocessingstepimageid
"""


@dataclass(frozen=True, slots=True)
class Image:
    """One image of a step: its name in the context, and which columns, none for all."""

    kind: int
    alias: str
    attributes: frozenset[str]


def read(storage: Storage) -> dict[str, tuple[Image, ...]]:
    """Every image, by step."""
    found: dict[str, tuple[Image, ...]] = {}
    for step, kind, alias, attributes in storage.rows(IMAGES):
        image = Image(int(kind or 0), str(alias), names(attributes))
        found[str(step)] = (*found.get(str(step), ()), image)
    return found


def forget(storage: Storage, step: str) -> None:
    """A step is gone, and its images with it."""
    storage.db.execute("DELETE FROM sdkmessageprocessingstepimage WHERE sdkmessageprocessingstepid = ?", (step,))


def names(text: Sql) -> frozenset[str]:
    """A comma list of columns."""
    return frozenset(part.strip().lower() for part in str(text or "").split(",") if part.strip())


def check(storage: Storage, row: Row) -> None:
    """Errors: 400 for an image that its step cannot have."""
    step = storage.find(storage.catalog["sdkmessageprocessingstep"], str(row.get("sdkmessageprocessingstepid")))
    if step is None or not row.get("entityalias"):
        raise errors.bad("An image needs its step (sdkmessageprocessingstepid) and an entityalias.", "0x80040203")
    message = str((storage.find(storage.catalog["sdkmessage"], str(step["sdkmessageid"])) or {}).get("name"))
    kind, of = row.get("imagetype"), row.get("messagepropertyname")
    if message not in PROPERTIES:
        raise errors.bad(f"Message {message} does not support images.", "0x80044193")
    if of not in PROPERTIES[message]:
        raise errors.bad(f"Message property name '{of}' is not valid on message {message}.", "0x80044194")
    if kind not in {PRE, POST, BOTH}:
        raise errors.bad("An image needs imagetype: 0 before, 1 after, 2 both.", "0x80040203")
    if (message == "Create" and kind != POST) or (message == "Delete" and kind != PRE):
        raise errors.bad(f"Message {message} does not support this image type.", "0x80044195")
    if kind != PRE and step.get("stage") != AFTER:
        raise errors.bad("A post-image needs a step in the post-operation stage (40).", "0x80044195")


def before(images: Iterable[Image], change: Change | None) -> Json:
    """PreEntityImages, by alias."""
    return _taken(images, {PRE, BOTH}, change, {} if change is None else change.before)


def after(images: Iterable[Image], change: Change | None) -> Json:
    """PostEntityImages, by alias."""
    return _taken(images, {POST, BOTH}, change, {} if change is None else change.after)


def _taken(images: Iterable[Image], kinds: set[int], change: Change | None, row: Mapping[str, Sql]) -> Json:
    if change is None or not row:
        return {}
    return {image.alias: _image(image, change, row) for image in images if image.kind in kinds}


def _image(image: Image, change: Change, row: Mapping[str, Sql]) -> Json:
    """Empty columns are left out, the primary key is always there."""
    wanted = image.attributes or change.entity.columns.keys()
    key = change.entity.primary_id
    shown = {name: row[name] for name in change.entity.columns if name in {*wanted, key} and row.get(name) is not None}
    return encoding.row(change.entity, change.id, shown, row)

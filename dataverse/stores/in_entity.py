"""What the contracts of one legal entity inherit: the settings above them, with those that stand on its own form. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dataverse.stores.inheriting import Above

if TYPE_CHECKING:
    from dataverse.rows import Row
    from dataverse.stores.inheriting import Inherited
    from work365.ports.billing import Entity


@dataclass(frozen=True, slots=True)
class InEntity:
    """What contracts of one legal entity inherit."""

    inherited: Inherited
    entity: Entity

    def filled(self, row: Row) -> Row:
        """A contract's row as it counts. Errors: BadInput when a value that counts cannot be used."""
        said = {"w365_code": self.entity.code, "w365_paymenttermsdays": self.entity.terms_days}
        return self.inherited.filled(row, Above(row["_w365_account_value"], self.entity.id, said))

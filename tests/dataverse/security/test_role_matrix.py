"""Every cell of the matrix of roles, in a tenant, through the client that the functions use."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from dataverse.rows import bind
from dataverse.schema.model import Ownership
from dataverse.schema.tables import BY_NAME
from dataverse.security.model import AUDIT_HISTORY, ON_BEHALF, OWN_NAMES, Depth, Right, Role, privilege, rights_of
from dataverse.security.roles import BY_ROLE_NAME, OURS, ROLES
from dataverse.webapi import Ref, WebApi
from local.dataverse import DataverseApp, seed
from local.dataverse.rights_seed import role_id
from local.http import httpx_transport
from tools import roles as roles_page
from transport.client import Http
from work365.errors import NotAuthorised
from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = "https://org.crm.dynamics.com/api/data/v9.2/"
TABLES = ("account", "contact", "annotation", *OURS)
OWN, UNIT, ELSEWHERE = "own", "colleague's", "elsewhere"
REACHED = {Depth.USER: {OWN}, Depth.UNIT: {OWN, UNIT}, Depth.UNITS_BELOW: {OWN, UNIT}, Depth.ORGANIZATION: {OWN, UNIT, ELSEWHERE}}


@dataclass
class Tenant:
    """A tenant with our roles, a business unit beside the root's users, and a colleague who may do everything there."""

    app: DataverseApp
    api: WebApi
    raw: httpx2.Client
    unit: str
    colleague: str

    def post(self, path: str, body: object) -> None:
        """One write that the client has no word for."""
        answer = self.raw.post(path, json=body)
        assert answer.status_code == 204, answer.text

    def person(self, name: str, role: str) -> tuple[str, str]:
        """A user of the unit with one role: his id and his Entra object id."""
        entra = derived("matrix", name)
        row = {"fullname": name, "azureactivedirectoryobjectid": entra, **bind("businessunitid", "businessunit", self.unit)}
        user = self.api.create("systemuser", row)
        self.post(f"systemusers({user})/systemuserroles_association/$ref", {"@odata.id": f"roles({role})"})
        return user, entra

    def rights(self, user: str, table: str, row: str) -> set[str]:
        """What Dataverse says that a user may do with a row."""
        target = json.dumps({"@odata.id": f"{BY_NAME[table].set_name}({row})"})
        path = f"systemusers({user})/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)"
        answer: dict[str, Any] = self.raw.get(path, params={"@t": target}).json()
        return set(answer["AccessRights"].split(", ")) - {"None"}


@pytest.fixture(scope="module")
def tenant() -> Iterator[Tenant]:
    """One tenant for all roles."""
    app = DataverseApp(any_token=True, deliver=lambda _: 200)
    transport = httpx_transport(app)
    raw = httpx2.Client(base_url=ROOT, transport=transport, headers={"authorization": "Bearer token"})
    api = WebApi(Http("dataverse", ROOT, transport=transport), lambda: "token")
    unit = api.create("businessunit", {"name": "North", **bind("parentbusinessunitid", "businessunit", seed.UNIT_ID)})
    made = Tenant(app, api, raw, unit, "")
    _, made.colleague = made.person("Colleague", role_id("System Administrator", unit))
    yield made
    raw.close()
    app.close()


def allowed(attempt: Callable[[], object]) -> bool:
    """Whether something works, and if not, that it is the person who may not."""
    try:
        attempt()
    except NotAuthorised:
        return False
    return True


def places(role: Role, table: str) -> tuple[str, ...]:
    """Where rows can lie: nobody owns what he could not read, and the organisation's rows lie nowhere."""
    if BY_NAME[table].ownership is not Ownership.USER:
        return (ELSEWHERE,)
    return (OWN, UNIT, ELSEWHERE) if role.depth(table, Right.READ) else (UNIT, ELSEWHERE)


def may(role: Role, table: str, right: Right, place: str) -> bool:
    """What the matrix says."""
    depth = role.depth(table, right)
    return depth is not None and place in REACHED[depth]


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_every_cell(tenant: Tenant, role: Role) -> None:
    """What a person with one role may do with rows of his own, of his unit and of others is what the matrix says."""
    user, entra = tenant.person(role.name, role_id(role.name, tenant.unit))
    as_person, as_colleague = tenant.api.as_user(entra), tenant.api.as_user(tenant.colleague)
    wrong: list[str] = []

    def expect(table: str, right: Right, place: str, *, seen: bool) -> None:
        if seen is not may(role, table, right, place):
            wrong.append(f"{table} {right.value} {place}: {'allowed' if seen else 'refused'}")

    for table in TABLES:
        column = BY_NAME[table].primary_id
        created = allowed(partial(as_person.create, table, {}))
        expect(table, Right.CREATE, OWN if BY_NAME[table].ownership is Ownership.USER else ELSEWHERE, seen=created)
        for place in places(role, table):
            row = (tenant.api if place == ELSEWHERE else as_colleague).create(table, {})
            ref = Ref(table, row)
            if place == OWN:
                tenant.api.update(ref, bind("ownerid", "systemuser", user))
            told = tenant.rights(user, table, row)
            for right in rights_of(BY_NAME[table]):
                expect(table, right, place, seen=right.access in told)
            expect(table, Right.READ, place, seen=allowed(partial(as_person.read, ref, select=(column,))))
            expect(table, Right.WRITE, place, seen=allowed(partial(as_person.update, ref, {})))
            expect(table, Right.DELETE, place, seen=allowed(partial(as_person.delete, ref)))
    assert wrong == []


PURPOSES = {
    "see invoices": ("w365_invoice", Right.READ),
    "change contracts": ("w365_billingcontract", Right.WRITE),
    "make documents": ("w365_invoice", Right.CREATE),
    "edit lines": ("w365_invoiceline", Right.WRITE),
    "delete documents": ("w365_invoice", Right.DELETE),
    "delete lines": ("w365_invoiceline", Right.DELETE),
    "add to the change log": ("w365_changelog", Right.CREATE),
    "delete from the change log": ("w365_changelog", Right.DELETE),
    "charge": ("w365_payment", Right.CREATE),
    "refund": ("w365_refund", Right.CREATE),
    "import provider lines": ("w365_provideraccount", Right.CREATE),
    "see suppliers' bills": ("w365_providerinvoice", Right.READ),
    "set prices": ("w365_price", Right.WRITE),
    "change settings": ("w365_setting", Right.WRITE),
    "add one-time items": ("w365_nonrecurringitem", Right.CREATE),
    "accept agreements": ("w365_agreement", Right.CREATE),
    "see earnings": ("w365_earning", Right.READ),
    "propose payouts": ("w365_payout", Right.CREATE),
    "approve payouts": ("w365_payout", Right.WRITE),
    "answer requests": ("w365_approval", Right.APPEND_TO),
    "make approvals": ("w365_approval", Right.CREATE),
    "edit approvals": ("w365_approval", Right.WRITE),
    "delete approvals": ("w365_approval", Right.DELETE),
}
"""What people do, by the right that it needs."""

EVERYTHING_THERE_IS = set(PURPOSES) | {"act for others' unit"}
FOR_THE_FUNCTIONS = {
    *("make documents", "edit lines", "delete documents", "delete lines", "delete from the change log"),
    *("make approvals", "edit approvals", "delete approvals"),
}
"""F39, F13 and F164: lines of documents, the change log and approvals cannot be rewritten by any role that a person has."""
WHO_MAY = {
    "Work365 Administrator": EVERYTHING_THERE_IS - FOR_THE_FUNCTIONS,
    "Work365 Sales": {"see invoices", "change contracts", "add to the change log", "accept agreements", "see earnings"},
    "Work365 Customer Service": {
        *("see invoices", "change contracts", "add to the change log", "accept agreements", "act for others' unit"),
    },
    "Work365 Billing": EVERYTHING_THERE_IS
    - FOR_THE_FUNCTIONS
    - {"import provider lines", "set prices", "accept agreements", "approve payouts", "answer requests"},
    "Work365 Approver": {"see invoices", "answer requests", "act for others' unit"},
    "Work365 Provisioning": {
        *("import provider lines", "add to the change log", "see suppliers' bills", "set prices", "accept agreements"),
    },
    "Work365 Portal service": {"see invoices", "charge", "accept agreements", "act for others' unit"},
    "Work365 Reseller": {"see invoices"},
    "Work365 Auditor": {"see invoices", "see suppliers' bills", "see earnings", "act for others' unit"},
    "Work365 Application user": EVERYTHING_THERE_IS,
}


@pytest.mark.parametrize("name", sorted(BY_ROLE_NAME))
def test_the_matrix_in_words(name: str) -> None:
    """What the roles are for."""
    role = BY_ROLE_NAME[name]
    does = {what for what, right in PURPOSES.items() if role.depth(*right) is not None}
    if role.depth("w365_invoice", Right.READ) is Depth.ORGANIZATION:
        does.add("act for others' unit")
    assert does == WHO_MAY[name]


def test_nobody_in_sales_sees_what_a_colleague_earns() -> None:
    """Sales sees plans, earnings and payouts of the own person only, and no supplier's price."""
    sales = BY_ROLE_NAME["Work365 Sales"]
    for table in ("w365_incentiveplan", "w365_earning", "w365_payout"):
        assert sales.depth(table, Right.READ) is Depth.USER
    assert sales.depth("w365_providerinvoiceline", Right.READ) is None


def test_an_auditor_changes_nothing() -> None:
    """The auditor reads every table of ours, and has no other right at all."""
    auditor = BY_ROLE_NAME["Work365 Auditor"]
    assert {right for _, right in auditor.grants} - {Right.READ} <= {Right.APPEND_TO}
    assert {table for table, right in auditor.grants if right is Right.APPEND_TO} == {"transactioncurrency"}
    assert all(auditor.depth(table, Right.READ) is Depth.ORGANIZATION for table in TABLES)


def test_privileges_that_belong_to_no_table() -> None:
    """Only the functions act for others; the history of changes is for those who run and those who audit."""
    assert {role.name.removeprefix("Work365 "): role.more for role in ROLES if role.more} == {
        "Administrator": AUDIT_HISTORY,
        "Auditor": AUDIT_HISTORY,
        "Application user": (ON_BEHALF,),
    }


def test_every_table_of_ours_is_somebodys() -> None:
    """Each table is read by a role that a person has besides the administrator and the auditor."""
    people = [BY_ROLE_NAME[f"Work365 {name}"] for name in ("Sales", "Customer Service", "Billing", "Provisioning")]
    assert [table for table in OURS if not any(role.depth(table, Right.READ) for role in people)] == []


def test_names_of_privileges() -> None:
    """A custom table's privilege ends in its schema name, a standard table's in a name of its own."""
    assert privilege(BY_NAME["w365_billingcontract"], Right.APPEND_TO) == "prvAppendTow365_BillingContract"
    assert privilege(BY_NAME["systemuser"], Right.READ) == "prvReadUser"
    assert OWN_NAMES.keys() & set(OURS) == set()
    assert Right.SHARE not in rights_of(BY_NAME["w365_product"])


def test_the_printed_matrix() -> None:
    """`python -m tools.roles --write` was run after the matrix changed."""
    assert roles_page.FILE.read_text() == roles_page.written()

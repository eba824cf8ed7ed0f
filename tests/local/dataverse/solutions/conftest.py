"""Packages to import: our own, and small ones that are written by hand in the layout of exported solutions."""

from __future__ import annotations

import base64
import io
import zipfile
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from local.dataverse import DataverseApp, platform
from local.dataverse.trial import Answer, Api, Clock, Receiver
from tools import solution

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" '
    'ContentType="text/xml" /><Default Extension="js" ContentType="text/javascript" /><Default Extension="json" '
    'ContentType="application/json" /></Types>'
)
FLAGS = {"OverwriteUnmanagedCustomizations": False, "PublishWorkflows": True}


def label(group: str, one: str, text: str) -> str:
    """A group of labels with one in it."""
    return f'<{group}><{one} description="{text}" languagecode="1033" /></{group}>'


def column(schema: str, kind: str, inner: str = "", *, called: str = "", mask: str = "", level: str = "none") -> str:
    """An `attribute` element."""
    name = schema.lower()
    return (
        f'<attribute PhysicalName="{schema}"><Type>{kind}</Type><Name>{name}</Name><LogicalName>{name}</LogicalName>'
        f"<RequiredLevel>{level}</RequiredLevel><DisplayMask>{mask or 'ValidForForm'}</DisplayMask>{inner}"
        f"{label('displaynames', 'displayname', called or schema)}</attribute>"
    )


def entity(schema: str, *columns: str, inner: str = "", more: str = "", whole: bool = True) -> str:
    """An `Entity` element; a whole one has its id and name."""
    own = (
        column(f"{schema}Id", "primarykey", level="systemrequired"),
        column(f"{schema.split('_', maxsplit=1)[0]}_Name", "nvarchar", "<MaxLength>100</MaxLength>", mask="PrimaryName"),
    )
    head = (
        f"<EntitySetName>{schema.lower()}s</EntitySetName><OwnershipTypeMask>UserOwned</OwnershipTypeMask>"
        f"<ChangeTrackingEnabled>1</ChangeTrackingEnabled>{label('LocalizedNames', 'LocalizedName', schema)}"
        f"{label('LocalizedCollectionNames', 'LocalizedCollectionName', schema + 's')}"
    )
    listed = "".join((*own, *columns) if whole else columns)
    return (
        f'<Entity><Name LocalizedName="{schema}" OriginalName="{schema}">{schema}</Name><EntityInfo><entity Name="{schema}">'
        f"{head if whole else ''}{inner}<attributes>{listed}</attributes></entity></EntityInfo>{more}</Entity>"
    )


def view(view_id: str, table: str, *names: str, called: str = "All") -> str:
    """A `SavedQueries` element with one view."""
    attributes = "".join(f'<attribute name="{name}" />' for name in names)
    cells = "".join(f'<cell name="{name}" width="100" />' for name in names)
    return (
        f"<SavedQueries><savedqueries><savedquery><savedqueryid>{{{view_id}}}</savedqueryid><querytype>0</querytype>"
        f'<layoutxml><grid name="resultset" object="1" jump="{names[0]}" select="1" icon="1" preview="1"><row name="result" '
        f'id="{table}id">{cells}</row></grid></layoutxml><fetchxml><fetch version="1.0"><entity name="{table}">{attributes}'
        f"</entity></fetch></fetchxml>{label('LocalizedNames', 'LocalizedName', called)}</savedquery></savedqueries>"
        "</SavedQueries>"
    )


def form(form_id: str, *names: str, more: str = "") -> str:
    """A `FormXml` element with one main form."""
    cells = "".join(f'<row><cell><control id="{name}" datafieldname="{name}" /></cell></row>' for name in names)
    return (
        f'<FormXml><forms type="main"><systemform><formid>{{{form_id}}}</formid><form>{more}<tabs><tab><columns>'
        f'<column width="100%"><sections><section><rows>{cells}</rows></section></sections></column></columns></tab></tabs>'
        f"</form>{label('LocalizedNames', 'LocalizedName', 'Main')}</systemform></forms></FormXml>"
    )


def relation(name: str, child: str, parent: str, lookup: str, delete: str = "RemoveLink") -> str:
    """An `EntityRelationship` element of a lookup."""
    return (
        f'<EntityRelationship Name="{name}"><EntityRelationshipType>OneToMany</EntityRelationshipType>'
        f"<ReferencingEntityName>{child}</ReferencingEntityName><ReferencedEntityName>{parent}</ReferencedEntityName>"
        f"<CascadeAssign>NoCascade</CascadeAssign><CascadeDelete>{delete}</CascadeDelete><ReferencingAttributeName>{lookup}"
        "</ReferencingAttributeName></EntityRelationship>"
    )


@dataclass(frozen=True)
class Draft:
    """A small package of the publisher `lab`; `zip` packs it, `body` asks to import it."""

    name: str = "Lab"
    version: str = "1.0.0.0"
    managed: bool = True
    publisher: str = "lab"
    entities: tuple[str, ...] = (entity("lab_Thing", column("lab_Size", "int")),)
    roots: tuple[tuple[int, str], ...] = ((1, "lab_thing"),)
    sections: tuple[tuple[str, str], ...] = ()
    missing: str = ""
    files: tuple[tuple[str, str], ...] = ()

    def manifest(self) -> str:
        """solution.xml."""
        roots = "".join(
            f'<RootComponent type="{kind}" {"id" if name.startswith("{") else "schemaName"}="{name}" behavior="0" />'
            for kind, name in self.roots
        )
        return (
            '<ImportExportXml version="9.2.0.0" SolutionPackageVersion="9.2" languagecode="1033" generatedBy="hand">'
            f"<SolutionManifest><UniqueName>{self.name}</UniqueName>{label('LocalizedNames', 'LocalizedName', 'Laboratory')}"
            f"<Version>{self.version}</Version><Managed>{int(self.managed)}</Managed><Publisher><UniqueName>{self.publisher}"
            f"</UniqueName>{label('LocalizedNames', 'LocalizedName', 'Laboratory')}<CustomizationPrefix>lab</CustomizationPrefix>"
            "<CustomizationOptionValuePrefix>20000</CustomizationOptionValuePrefix></Publisher>"
            f"<RootComponents>{roots}</RootComponents><MissingDependencies>{self.missing}</MissingDependencies></SolutionManifest>"
            "</ImportExportXml>"
        )

    def customizations(self) -> str:
        """customizations.xml."""
        sections = "".join(f"<{name}>{inner}</{name}>" for name, inner in self.sections)
        return (
            f"<ImportExportXml><Entities>{''.join(self.entities)}</Entities>{sections}"
            "<Languages><Language>1033</Language></Languages></ImportExportXml>"
        )

    def parts(self) -> dict[str, bytes]:
        """Every file."""
        named = (("[Content_Types].xml", TYPES), ("solution.xml", self.manifest()), ("customizations.xml", self.customizations()))
        return {name: text.encode() for name, text in (*named, *self.files)}

    def zip(self) -> bytes:
        """The package."""
        return zipped(self.parts())

    def but(self, **changes: Any) -> Draft:  # noqa: ANN401  its own fields
        """The same with something else."""
        return replace(self, **changes)


def zipped(parts: dict[str, bytes]) -> bytes:
    """Files as a zip, the same bytes whenever it is made: an entry that is only named is dated in 1980."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def asked(data: bytes, **more: object) -> dict[str, object]:
    """What asks to import a zip."""
    return {**FLAGS, "CustomizationFile": base64.b64encode(data).decode(), **more}


@dataclass(slots=True)
class Lab:
    """A tenant that has nothing of ours, and what tests do with it."""

    app: DataverseApp
    api: Api
    clock: Clock
    receiver: Receiver = field(default_factory=Receiver)
    draft: Draft = field(default_factory=Draft)

    def install(self, draft: Draft | None = None, **more: object) -> Answer:
        """Import a package while waiting."""
        return self.api("POST", "ImportSolution", asked((draft or self.draft).zip(), **more))

    def ask(self, data: bytes, message: str = "ImportSolution", **more: object) -> Answer:
        """Ask to import some bytes."""
        return self.api("POST", message, asked(data, **more))

    def solution(self, name: str = "Lab") -> dict[str, Any]:
        """The row of a solution."""
        found = self.api("GET", f"solutions?$filter=uniquename eq '{name}'").json["value"]
        assert len(found) == 1
        return dict(found[0])

    def guest(self) -> Api:
        """Somebody whose one role gives nothing."""
        unit = self.api("GET", "businessunits").json["value"][0]["businessunitid"]
        role = self.api("POST", "roles", {"name": "Nothing", "businessunitid@odata.bind": f"/businessunits({unit})"}).id
        user = self.api("POST", "systemusers", {"fullname": "Guest", "domainname": "guest@example.com"}).id
        link = {"@odata.id": f"roles({role})"}
        assert self.api("POST", f"systemusers({user})/systemuserroles_association/$ref", link).status == 204
        return Api(self.app, token=user)

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of the database, apart from times, row versions and what tells of jobs."""
        db = self.app.storage.db
        left_out = {"importjob", "asyncoperation", "~counter", "~mark", "~package"}
        stamps = {"createdon", "modifiedon", "versionnumber", "installedon", "updatedon"}
        found = {}
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'").fetchall():
            columns = [row[1] for row in db.execute(f'PRAGMA table_info("{table}")') if row[1] not in stamps]
            listed = ", ".join(f'"{one}"' for one in columns)
            if table not in left_out:
                found[table] = sorted(db.execute(f'SELECT {listed} FROM "{table}"').fetchall(), key=repr)  # noqa: S608  own names
        return found


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A tenant without our solution."""
    clock, receiver = Clock(), Receiver()
    app = DataverseApp(any_token=True, clock=clock, deliver=receiver, tables=platform.WITHOUT_SOLUTION)
    yield Lab(app, Api(app), clock, receiver)
    app.close()


@pytest.fixture(scope="session")
def ours() -> bytes:
    """Our own package, managed."""
    return solution.packed()["Work365_managed.zip"]

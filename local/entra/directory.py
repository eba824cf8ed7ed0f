"""What the directory knows: its tenant, managed identities, applications with their federated credentials, and resources."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.entra.people import Person

TENANT = "7e57ab1e-0000-4000-8000-00000000365d"
EXCHANGE = "api://AzureADTokenExchange"


@dataclass(frozen=True, slots=True)
class ManagedIdentity:
    """An identity that Azure gives to an app; the system assigned one is what a request without a client id gets."""

    client_id: str
    object_id: str
    system_assigned: bool = False


@dataclass(frozen=True, slots=True)
class FederatedCredential:
    """Whose token an application accepts in place of a password: issuer, subject and audience must match exactly."""

    issuer: str
    subject: str
    audience: str = EXCHANGE


@dataclass(frozen=True, slots=True)
class Application:
    """An application with its service principal.

    Attributes:
        secrets: any of them proves who it is; ours has none.
        redirects: where browsers may be sent after a sign-in.
        public: runs in a browser or on a desktop and cannot prove who it is.
    """

    client_id: str
    object_id: str
    federated: tuple[FederatedCredential, ...] = ()
    redirects: tuple[str, ...] = ()
    public: bool = False
    secrets: tuple[str, ...] = ()

    @property
    def uri(self) -> str:
        """The name under which tokens for this application are asked for."""
        return f"api://{self.client_id}"


@dataclass(frozen=True, slots=True)
class Group:
    """A security group with the object ids of its members."""

    object_id: str
    members: frozenset[str] = frozenset()


@dataclass(slots=True)
class Directory:
    """One tenant.

    Attributes:
        header: the value of IDENTITY_HEADER, which only processes of the app know.
        people: who can sign in.
        groups: what teams of Dataverse can stand for.
        mfa_required: nobody signs in without a second factor.
        mfa_resources: for these nobody gets a token without a second factor; he may have signed in for others.
        blocked: object ids of people whom a policy blocks.
        resources: for what tokens are issued; a name that is not here does not exist in the tenant.
    """

    tenant_id: str = TENANT
    header: str = "w365-local-identity-header"
    identities: tuple[ManagedIdentity, ...] = ()
    applications: tuple[Application, ...] = ()
    people: tuple[Person, ...] = ()
    groups: tuple[Group, ...] = ()
    mfa_required: bool = False
    mfa_resources: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    resources: set[str] = field(default_factory=lambda: {EXCHANGE})

    def allow(self, resource: str) -> None:
        """Let tokens be issued for a resource, such as an environment's address."""
        self.resources.add(resource.rstrip("/"))

    def knows(self, resource: str) -> bool:
        """Whether a resource exists in the tenant."""
        return resource.rstrip("/") in self.resources or any(resource == application.uri for application in self.applications)

    def groups_of(self, object_id: str) -> frozenset[str]:
        """The groups that somebody is a member of."""
        return frozenset(group.object_id for group in self.groups if object_id in group.members)

    def principal_of(self, client_id: str) -> str | None:
        """The object id of the service principal of an application or a managed identity."""
        identities = (one for one in self.identities if one.client_id == client_id)
        found = self.application(client_id) or next(identities, None)
        return found.object_id if found else None

    def wants_second_factor(self, resource: str) -> bool:
        """Whether a policy asks for a second factor."""
        return self.mfa_required or resource.rstrip("/") in self.mfa_resources

    def person(self, name: str) -> Person | None:
        """A person by sign-in name or object id."""
        return next((person for person in self.people if name.lower() in {person.upn.lower(), person.object_id}), None)

    def identity(self, client_id: str) -> ManagedIdentity | None:
        """The managed identity with a client id; without one, the system assigned identity."""
        for identity in self.identities:
            if identity.client_id == client_id or (not client_id and identity.system_assigned):
                return identity
        return None

    def application(self, client_id: str) -> Application | None:
        """The application with a client id."""
        return next((application for application in self.applications if application.client_id == client_id), None)

"""People sign in, and an application acts on their behalf: Microsoft's msal unchanged, over TLS."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import msal  # type: ignore[import-untyped]  # it has no types
import pytest
import requests
from azure.identity import ClientSecretCredential

from local.certificates import Certificates, issue
from local.dataverse import DataverseApp, seed
from local.dataverse.trial import Api
from local.entra import Application, Directory, Entra, FederatedCredential, Group, ManagedIdentity, Person, Principal, Signer
from local.entra.callers import callers
from local.http import Request, Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ORG = "https://org.crm.dynamics.com"
IDENTITY = ManagedIdentity("11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-00000000000a", system_assigned=True)
BACK = "http://localhost:5173/back"
FORM = "form_post"
TENANT = Directory().tenant_id
PAGE = Application("55555555-0000-4000-8000-000000000005", "55555555-0000-4000-8000-00000000000e", (), (BACK,), public=True)
TRUST = FederatedCredential(f"https://sts.windows.net/{TENANT}/", IDENTITY.object_id)
API = Application(seed.APPLICATION_ID, seed.APPLICATION_OBJECT_ID, (TRUST,))
ANNA = Person(seed.ADMIN_OBJECT_ID, "Anna", "anna@contoso.example", mfa=True)
BOB = Person("b0b00000-0000-4000-8000-000000000b0b", "Bob", "bob@contoso.example")
SIGNER = Signer()
SCOPE = f"api://{API.client_id}/user_impersonation"


class Hours:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)  # noqa: TID251  Microsoft's library compares with real time

    def __call__(self) -> datetime:
        return self.now


class Browser:
    """A browser at the sign-in page, an application that asks for tokens, and one that acts for people."""

    def __init__(self, entra: Entra, url: str, session: requests.Session) -> None:
        self.entra, self.url, self.session = entra, url, session

    def page(self) -> Any:  # noqa: ANN401  msal has no types
        """The public application."""
        return msal.PublicClientApplication(
            PAGE.client_id, authority=f"{self.url}/{TENANT}", instance_discovery=False, http_client=self.session
        )

    def service(self) -> Any:  # noqa: ANN401  msal has no types
        """Our own application, which proves itself with its managed identity's token."""

        def assertion() -> str:
            return self.entra.issue(Principal(TENANT, IDENTITY.object_id, IDENTITY.client_id), "api://AzureADTokenExchange")

        return msal.ConfidentialClientApplication(
            API.client_id,
            authority=f"{self.url}/{TENANT}",
            client_credential={"client_assertion": assertion},
            instance_discovery=False,
            http_client=self.session,
        )

    def come_back(self, flow: dict[str, Any]) -> dict[str, str]:
        """Open the sign-in page and return with what it says."""
        answer = self.session.get(flow["auth_uri"], allow_redirects=False, timeout=10)
        if answer.status_code == 302:
            return dict(parse_qsl(urlsplit(answer.headers["location"]).query))
        assert answer.status_code == 200, answer.text
        return {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', answer.text)}

    def sign_in(self, person: Person, *scopes: str, app: Any = None) -> Any:  # noqa: ANN401  msal has no types
        """The whole authorization code flow with PKCE."""
        app = app or self.page()
        flow = app.initiate_auth_code_flow(list(scopes or (SCOPE,)), redirect_uri=BACK, response_mode=FORM, login_hint=person.upn)
        return app.acquire_token_by_auth_code_flow(flow, self.come_back(flow))


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """The local authority."""
    folder: Path = tmp_path_factory.mktemp("tls")
    return issue(folder)


@pytest.fixture
def clock() -> Hours:
    """The present."""
    return Hours()


@pytest.fixture
def browser(clock: Hours, certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """A directory with Anna, who has a second factor, and Bob, who has not."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.ca))
    directory = Directory(identities=(IDENTITY,), applications=(PAGE, API), people=(ANNA, BOB))
    directory.allow(ORG)
    entra = Entra(directory, clock, SIGNER)
    with Server(entra, tls=certificates.server) as server, requests.Session() as session:
        yield Browser(entra, server.url.replace("127.0.0.1", "localhost"), session)


class TestSignIn:
    """Authorization code with PKCE."""

    def test_tokens_for_a_person(self, browser: Browser) -> None:
        """Access, id and refresh token: whose they are, for whom, and how he proved it; the key is published."""
        told = browser.sign_in(ANNA)
        assert "error" not in told, told
        keys = browser.session.get(f"{browser.url}/{TENANT}/discovery/v2.0/keys", timeout=10).json()["keys"]
        key = jwt.PyJWK(keys[0]).key
        claims = jwt.decode(told["access_token"], key, ["RS256"], audience=f"api://{API.client_id}")
        assert (claims["oid"], claims["scp"], claims["amr"], claims["idtyp"], claims["appidacr"]) == (
            ANNA.object_id,
            "user_impersonation",
            ["pwd", "mfa"],
            "user",
            "0",
        )
        identity = jwt.decode(told["id_token"], key, ["RS256"], audience=PAGE.client_id)
        assert (identity["preferred_username"], identity["iss"]) == (ANNA.upn, f"{browser.url}/{TENANT}/v2.0")
        assert told["id_token_claims"]["name"] == "Anna"

    def test_silently_with_the_refresh_token(self, browser: Browser) -> None:
        """Tokens for another resource come without a page; none for somebody who was disabled meanwhile."""
        app = browser.page()
        browser.sign_in(ANNA, app=app)
        [account] = app.get_accounts()
        told = app.acquire_token_silent([f"{ORG}/user_impersonation"], account)
        assert told is not None
        who = browser.entra.verify(told["access_token"], ORG)
        assert who is not None
        assert (who.object_id, who.is_person) == (ANNA.object_id, True)
        browser.entra.directory.people = (replace(ANNA, disabled=True),)
        refused = app.acquire_token_silent_with_error([SCOPE], account, force_refresh=True)
        assert refused["error_codes"] == [50057]

    @pytest.mark.parametrize(
        ("asked", "code"),
        [
            ({"code_challenge": ""}, 9002325),
            ({"code_challenge_method": "plain"}, 9002325),
            ({"response_type": "token"}, 900144),
            ({"surprise": "1"}, 900144),
            ({"response_mode": "shout"}, 900144),
            ({"login_hint": "nobody@contoso.example"}, 50034),
        ],
    )
    def test_what_the_page_refuses(self, browser: Browser, asked: dict[str, str], code: int) -> None:
        """The browser comes back with an error and its state; never with a code."""
        good = {
            "client_id": PAGE.client_id,
            "response_type": "code",
            "redirect_uri": BACK,
            "scope": SCOPE,
            "state": "s",
            "login_hint": ANNA.upn,
            "code_challenge": "x" * 43,
            "code_challenge_method": "S256",
        }
        query = "&".join(f"{name}={value}" for name, value in (good | asked).items())
        answer = browser.entra(Request("GET", f"/{TENANT}/oauth2/v2.0/authorize", query))
        back = dict(parse_qsl(urlsplit(dict(answer.headers)["location"]).query))
        assert back["error_description"].startswith(f"AADSTS{code}:")
        assert (back["state"], "code" in back) == ("s", False)

    @pytest.mark.parametrize(("name", "value"), [("redirect_uri", "https://evil.example"), ("client_id", "nobody")])
    def test_it_sends_nobody_where_he_should_not_be(self, browser: Browser, name: str, value: str) -> None:
        """An unknown application or address: no redirect at all."""
        query = {"client_id": PAGE.client_id, "redirect_uri": BACK, name: value}
        text = "&".join(f"{key}={one}" for key, one in query.items())
        answer = browser.entra(Request("GET", f"/{TENANT}/oauth2/v2.0/authorize", text))
        assert answer.status == 400
        assert "location" not in dict(answer.headers)

    def test_a_code_is_good_once_and_for_its_verifier(self, browser: Browser, clock: Hours) -> None:
        """Another verifier, a second use, ten minutes later: refused."""
        app = browser.page()

        def begin() -> tuple[dict[str, Any], dict[str, str]]:
            flow = app.initiate_auth_code_flow([SCOPE], redirect_uri=BACK, response_mode=FORM, login_hint=ANNA.upn)
            return flow, browser.come_back(flow)

        flow, back = begin()
        stolen = app.acquire_token_by_auth_code_flow(flow | {"code_verifier": "guess" * 10}, back)
        assert stolen["error_codes"] == [501481]
        assert app.acquire_token_by_auth_code_flow(flow, back)["error_codes"] == [54005]
        flow, back = begin()
        clock.now += timedelta(minutes=11)
        assert app.acquire_token_by_auth_code_flow(flow, back)["error_codes"] == [70008]


class TestSecondFactor:
    """MFA required, or not."""

    def test_off(self, browser: Browser) -> None:
        """Bob signs in with a password, and his token says so."""
        told = browser.sign_in(BOB)
        assert jwt.decode(told["access_token"], options={"verify_signature": False})["amr"] == ["pwd"]

    def test_on(self, browser: Browser) -> None:
        """Bob is sent back until he has one; Anna notices nothing; a token from before is worth nothing any more."""
        before = browser.sign_in(BOB)["access_token"]
        browser.entra.directory.mfa_required = True
        assert browser.sign_in(BOB)["error"] == "interaction_required"
        assert "access_token" in browser.sign_in(ANNA)
        told = browser.service().acquire_token_on_behalf_of(before, [f"{ORG}/user_impersonation"])
        assert (told["error"], told["error_codes"]) == ("interaction_required", [50076])

    def test_for_one_resource(self, browser: Browser) -> None:
        """Bob may sign in, and gets no token for what a policy protects; the challenge comes along for the client to repeat."""
        browser.entra.directory.mfa_resources.add(ORG)
        ours = browser.sign_in(BOB)["access_token"]
        told = browser.service().acquire_token_on_behalf_of(ours, [f"{ORG}/user_impersonation"])
        assert (told["error"], told["error_codes"], "capolids" in told["claims"]) == ("interaction_required", [50076], True)
        anna = browser.sign_in(ANNA)["access_token"]
        assert "access_token" in browser.service().acquire_token_on_behalf_of(anna, [f"{ORG}/user_impersonation"])

    def test_blocked(self, browser: Browser) -> None:
        """A policy blocks Bob: no token for anything."""
        browser.entra.directory.blocked.add(BOB.object_id)
        assert browser.sign_in(BOB)["error_codes"] == [53003]


def test_a_secret_by_microsofts_library(browser: Browser) -> None:
    """For clients that know nothing else; our own application has none."""
    named = replace(PAGE, client_id="66666666-0000-4000-8000-000000000006", public=False, secrets=("s3cret",))
    browser.entra.directory.applications += (named,)
    with ClientSecretCredential(
        TENANT, named.client_id, "s3cret", authority=browser.url, disable_instance_discovery=True
    ) as credential:
        token = credential.get_token(f"{ORG}/.default")
    who = browser.entra.verify(token.token, ORG)
    assert who is not None
    assert (who.client_id, who.is_person) == (named.client_id, False)


class TestTokensAtDataverse:
    """What the environment accepts."""

    @pytest.mark.parametrize("spoil", ["", "audience", "late", "early", "signature", "claim", "key", "scheme", "none"])
    def test_a_bad_token_is_401(self, browser: Browser, clock: Hours, spoil: str) -> None:
        """With a challenge that says where to sign in, and for which resource."""
        entra = browser.entra
        tenant = DataverseApp(authorize=callers(entra, ORG), deliver=lambda _: 200)
        who = Principal(TENANT, API.object_id, API.client_id)
        token = entra.issue(who, "https://other.crm.dynamics.com" if spoil == "audience" else ORG)
        head, body, signature = token.split(".")
        if spoil in {"late", "early"}:
            clock.now += timedelta(hours=2 if spoil == "late" else -2)
        changed = {
            "signature": f"{head}.{body}.{signature[:-4]}AAAA",
            "claim": f"{head}.{body[:-4]}AAAA.{signature}",
            "key": Entra(entra.directory, clock, Signer()).issue(who, ORG),
        }.get(spoil, token)
        kind = "Basic" if spoil == "scheme" else "Bearer"
        headers = {} if spoil == "none" else {"authorization": f"{kind} {changed}"}
        answer = tenant(Request("GET", "/api/data/v9.2/WhoAmI", "", headers, b"", ORG))
        tenant.close()
        assert answer.status == (401 if spoil else 200)
        if spoil:
            challenge = dict(answer.headers)["WWW-Authenticate"]
            assert challenge == (
                f"Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize, resource_id={ORG}/"
            )

    def test_groups(self, browser: Browser) -> None:
        """Bob's group has a team with a role; out of the group he is a stranger again."""
        group = Group("97000000-0000-4000-8000-000000000001", frozenset({BOB.object_id}))
        tenant = DataverseApp(authorize=callers(browser.entra, ORG), directory=browser.entra.directory.principal_of)
        admin = Api(tenant, browser.sign_in(ANNA, f"{ORG}/user_impersonation")["access_token"])
        unit = {"businessunitid@odata.bind": f"businessunits({seed.UNIT_ID})"}
        team = admin("POST", "teams", {"name": "G", "teamtype": 2, "azureactivedirectoryobjectid": group.object_id, **unit}).id
        admin("POST", f"teams({team})/teamroles_association/$ref", {"@odata.id": f"roles({seed.ROLE_ID})"})
        admin.create("systemusers", fullname="Bob", azureactivedirectoryobjectid=BOB.object_id)
        bob = Api(tenant, browser.sign_in(BOB, f"{ORG}/user_impersonation")["access_token"])
        assert bob("GET", "accounts").error == (403, "0x80042f09")
        browser.entra.directory.groups = (group,)
        assert bob("GET", "accounts").status == 200
        browser.entra.directory.groups = ()
        assert bob("GET", "accounts").error == (403, "0x80042f09")
        tenant.close()


class TestOnBehalf:
    """Our application asks Dataverse in a person's name."""

    def test_dataverse_sees_the_person(self, browser: Browser) -> None:
        """The token is the person's, though our application got it; Dataverse acts by the person's rights."""
        told = browser.service().acquire_token_on_behalf_of(browser.sign_in(ANNA)["access_token"], [f"{ORG}/user_impersonation"])
        assert "error" not in told, told
        tenant = DataverseApp(authorize=callers(browser.entra, ORG), deliver=lambda _: 200)
        assert Api(tenant, told["access_token"])("GET", "WhoAmI").json["UserId"] == seed.ADMIN_USER_ID
        own = browser.service().acquire_token_for_client([f"{ORG}/.default"])
        assert Api(tenant, own["access_token"])("GET", "WhoAmI").json["UserId"] == seed.APPLICATION_USER_ID
        bob = browser.service().acquire_token_on_behalf_of(browser.sign_in(BOB)["access_token"], [f"{ORG}/user_impersonation"])
        assert Api(tenant, bob["access_token"])("GET", "WhoAmI").error == (403, "0x80072560")
        tenant.close()

    def test_what_is_refused(self, browser: Browser, clock: Hours) -> None:
        """A token for another API, an application's own token, nonsense, an old one, a resource that is not there."""
        service = browser.service()
        ours = browser.sign_in(ANNA)["access_token"]
        elsewhere = browser.sign_in(ANNA, f"{ORG}/user_impersonation")["access_token"]
        apps = browser.entra.issue(Principal(TENANT, API.object_id, API.client_id), f"api://{API.client_id}")
        org = [f"{ORG}/user_impersonation"]
        assert service.acquire_token_on_behalf_of(elsewhere, org)["error_codes"] == [50013]
        assert service.acquire_token_on_behalf_of(apps, org)["error_codes"] == [50013]
        assert service.acquire_token_on_behalf_of("a.b.c", org)["error_codes"] == [500133]
        assert service.acquire_token_on_behalf_of(ours, ["https://other.example/x"])["error_codes"] == [500011]
        clock.now += timedelta(hours=2)
        old = service.acquire_token_on_behalf_of(ours, org)
        assert old["error_codes"] in ([500133], [700024])

    def test_a_public_client_cannot(self, browser: Browser) -> None:
        """Who cannot prove who he is acts for nobody; our application cannot leave its assertion out."""
        ours = browser.sign_in(ANNA)["access_token"]
        for client, code in ((PAGE, 7000218), (API, 7000218)):
            form = (
                f"grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&client_id={client.client_id}&assertion={ours}"
                f"&requested_token_use=on_behalf_of&scope={ORG}/user_impersonation"
            )
            answer = browser.entra(Request("POST", f"/{TENANT}/oauth2/v2.0/token", body=form.encode()))
            assert (answer.status, json.loads(answer.body)["error_codes"]) == (401, [code])

"""Tables of what people see and of what is configured: forms, charts, apps, web resources, environment variables.

Source: Microsoft Learn, "Dataverse table/entity reference": savedquery, systemform, savedqueryvisualization, appmodule,
appmodulecomponent, sitemap, webresource, environmentvariabledefinition, environmentvariablevalue.
"""

from __future__ import annotations

from dataverse.schema.model import Kind, Ownership
from local.dataverse.made import Intersect, MadeColumn
from local.dataverse.security_tables import VERSION
from local.dataverse.shorthand import choice, flag, guid, lookup, memo, table, text, whole
from local.dataverse.solutions.solution_tables import LARGE

MANAGED = (
    flag("ismanaged"),
    text("introducedversion", 48),
    choice("componentstate", Published=0, Unpublished=1, Deleted=2, Deleted_Unpublished=3),
    guid("solutionid"),
)
"""What every component has beside its own columns."""

FORM = table(
    "systemform",
    "systemforms",
    "name",
    (
        text("name", 100),
        memo("description", 2000),
        text("objecttypecode", 128),
        choice(
            "type",
            Dashboard=0,
            AppointmentBook=1,
            Main=2,
            MiniCampaignBO=3,
            Preview=4,
            Mobile=5,
            Quick_View_Form=6,
            Quick_Create=7,
            Dialog=8,
            Task_Flow_Form=9,
            InteractionCentricDashboard=10,
            Card=11,
            Main_Interactive=12,
            Other=100,
        ),
        memo("formxml", LARGE),
        flag("isdefault"),
        choice("formpresentation", ClassicForm=0, AirForm=1, ConvertedICForm=2),
        choice("formactivationstate", Inactive=0, Active=1),
        *MANAGED,
    ),
    primary_id="formid",
)

CHART = table(
    "savedqueryvisualization",
    "savedqueryvisualizations",
    "name",
    (
        text("name", 100),
        memo("description", 2000),
        text("primaryentitytypecode", 128),
        memo("datadescription", LARGE),
        memo("presentationdescription", LARGE),
        flag("isdefault"),
        *MANAGED,
    ),
)

WEB_RESOURCE = table(
    "webresource",
    "webresourceset",
    "name",
    (
        text("name"),
        text("displayname", 200),
        memo("description", 2000),
        choice("webresourcetype", HTML=1, CSS=2, JScript=3, XML=4, PNG=5, JPG=6, GIF=7, XAP=8, XSL=9, ICO=10, SVG=11, RESX=12),
        memo("content", LARGE),
        whole("languagecode"),
        memo("dependencyxml", 5000),
        flag("ishidden"),
        flag("isenabledformobileclient"),
        flag("isavailableformobileoffline"),
        *MANAGED,
    ),
)

SITE_MAP = table(
    "sitemap",
    "sitemaps",
    "sitemapname",
    (
        text("sitemapname", 160),
        text("sitemapnameunique", 100),
        memo("sitemapxml", LARGE),
        flag("isappaware"),
        *MANAGED,
    ),
)

APP = table(
    "appmodule",
    "appmodules",
    "name",
    (
        text("name", 100),
        text("uniquename", 100),
        memo("description", 2000),
        guid("webresourceid"),
        whole("formfactor"),
        whole("clienttype"),
        text("url", 200),
        flag("isdefault"),
        flag("isfeatured"),
        choice("navigationtype", Single_session=0, Multi_session=1),
        *MANAGED,
    ),
)

APP_COMPONENT = table(
    "appmodulecomponent",
    "appmodulecomponents",
    "appmodulecomponentid",
    (
        whole("componenttype"),
        guid("objectid"),
        lookup("appmoduleidunique", "appmodule"),
        text("introducedversion", 48),
    ),
)

APP_ROLES = Intersect(
    name="appmoduleroles",
    schema="appmoduleroles",
    set_name="appmodulerolescollection",
    label="appmoduleroles",
    plural="appmodulerolescollection",
    primary_id="appmoduleroleid",
    primary_name="appmoduleroleid",
    ownership=Ownership.ORGANIZATION,
    columns=(guid("appmoduleroleid"), guid("appmoduleid"), guid("roleid"), VERSION),
    standard=True,
    tracked=False,
    relation="appmoduleroles_association",
    ends=("appmodule", "role"),
    navs=("appmoduleroles_association", "appmoduleroles_association"),
    halves=("appmoduleid", "roleid"),
)

VARIABLE = table(
    "environmentvariabledefinition",
    "environmentvariabledefinitions",
    "schemaname",
    (
        text("schemaname", 100),
        text("displayname", 100),
        memo("description", 2000),
        choice(
            "type",
            String=100_000_000,
            Number=100_000_001,
            Boolean=100_000_002,
            JSON=100_000_003,
            Data_Source=100_000_004,
            Secret=100_000_005,
        ),
        memo("defaultvalue", 2000),
        flag("isrequired"),
        choice("secretstore", Azure_Key_Vault=0, Microsoft_Dataverse=1),
        *MANAGED,
    ),
    ownership=Ownership.USER,
)

VARIABLE_VALUE = table(
    "environmentvariablevalue",
    "environmentvariablevalues",
    "schemaname",
    (
        text("schemaname", 100),
        memo("value", 2000),
        MadeColumn(
            "environmentvariabledefinitionid",
            "EnvironmentVariableDefinitionId",
            Kind.LOOKUP,
            "Environment Variable Definition",
            targets=("environmentvariabledefinition",),
            relations=(("environmentvariabledefinition", "environmentvariabledefinition_environmentvariablevalue"),),
            cascade=(("Delete", "Cascade"),),
        ),
        *MANAGED,
    ),
    ownership=Ownership.USER,
)

TABLES = (FORM, CHART, WEB_RESOURCE, SITE_MAP, APP, APP_COMPONENT, APP_ROLES, VARIABLE, VARIABLE_VALUE)

EXTRAS = {
    "savedquery": (memo("columnsetxml", LARGE), flag("isprivate"), text("queryapi"), *MANAGED),
    "role": MANAGED,
    "serviceendpoint": MANAGED,
    "sdkmessageprocessingstep": MANAGED,
}
"""What solutions keep in tables that are defined elsewhere."""

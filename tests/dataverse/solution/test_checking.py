"""A package that is broken in one place is refused with a sentence that names the file and the element."""

from __future__ import annotations

import re

import pytest

from dataverse.solution.checking.whole import problems
from dataverse.solution.forms import QUICK, form_id
from dataverse.solution.views import view_id
from dataverse.solution.words import table_of
from tools import solution

INVOICE = "Entities/w365_Invoice"
ENTITY = f"{INVOICE}/Entity.xml"
FORM = f"{INVOICE}/FormXml/main/"
OVERDUE = f"{INVOICE}/SavedQueries/{view_id(table_of('invoice'), 'Overdue invoices')}.xml"
FINDER = f"{INVOICE}/SavedQueries/{view_id(table_of('invoice'), 'Invoices: quick find')}.xml"
ACTIVE = f"{INVOICE}/SavedQueries/{view_id(table_of('invoice'), 'Active invoices')}.xml"
CHART = f"{INVOICE}/Visualizations/"
LINKS = "Other/Relationships/w365_Invoice.xml"
STEP = "SdkMessageProcessingSteps/"
APP, MAP = "AppModules/w365_Work365/AppModule.xml", "AppModuleSiteMaps/w365_Work365/AppModuleSiteMap.xml"
RIBBON = f"{INVOICE}/RibbonDiff.xml"
SCRIPTS = "WebResources/w365_/scripts/"
GLANCE = form_id(table_of("billingcontract"), QUICK).strip("{}")

BROKEN = {
    # the form of files
    "no XML": (OVERDUE, "</savedqueries>", "", "no XML"),
    "unknown element": (OVERDUE, "<isprivate>0</isprivate>", "<secret>0</secret>", "savedquery has secret, which has no place"),
    "missing element": (OVERDUE, "<isprivate>0</isprivate>", "", "savedquery needs isprivate"),
    "twice": (OVERDUE, "<isprivate>0</isprivate>", "<isprivate>0</isprivate>" * 2, "savedquery has isprivate more than once"),
    "unknown attribute": (OVERDUE, '<row name="result"', '<row style="x" name="result"', "row has the attribute style"),
    "missing attribute": (OVERDUE, 'name="resultset" ', "", "grid needs the attribute name"),
    "no number": (OVERDUE, 'width="120"', 'width="wide"', "cell has width 'wide'"),
    "no id": (OVERDUE, "<savedqueryid>{", "<savedqueryid>{x", "savedqueryid is '{x"),
    "no flag": (OVERDUE, "<isprivate>0<", "<isprivate>no<", "isprivate is 'no'"),
    "no version": (OVERDUE, "<IntroducedVersion>0.1.0.0<", "<IntroducedVersion>next<", "IntroducedVersion is 'next'"),
    "unknown kind of view": (OVERDUE, "<querytype>0<", "<querytype>7<", "querytype is '7'"),
    "another language": (OVERDUE, 'languagecode="1033"', 'languagecode="1031"', "LocalizedName has languagecode '1031'"),
    "order of parts": (
        STEP,
        "<PrimaryEntity>w365_job</PrimaryEntity>\n  <AsyncAutoDelete>1</AsyncAutoDelete>",
        "<AsyncAutoDelete>1</AsyncAutoDelete>\n  <PrimaryEntity>w365_job</PrimaryEntity>",
        "the parts of SdkMessageProcessingStep stand in another order",
    ),
    "unknown type": (ENTITY, "<Type>money<", "<Type>cash<", "Type is 'cash'"),
    "unknown ownership": (ENTITY, "<OwnershipTypeMask>UserOwned<", "<OwnershipTypeMask>Mine<", "OwnershipTypeMask is 'Mine'"),
    "unknown cascade": (LINKS, "<CascadeDelete>Cascade<", "<CascadeDelete>Burn<", "CascadeDelete is 'Burn'"),
    "unknown level": ("Roles/Work365 Sales.xml", 'level="Local"', 'level="Some"', "RolePrivilege has level 'Some'"),
    # what is named exists
    "column of a list": (
        OVERDUE,
        'attribute name="w365_total"',
        'attribute name="w365_sum"',
        "attribute names w365_sum, which w365_invoice does not",
    ),
    "column read": (OVERDUE, '<attribute name="w365_total" />', "", "cell shows w365_total, which the fetch does not read"),
    "column sorted": (OVERDUE, '<order attribute="w365_number"', '<order attribute="w365_no"', "order names w365_no"),
    "column compared": (
        OVERDUE,
        'condition attribute="w365_balance"',
        'condition attribute="w365_debt"',
        "condition names w365_debt",
    ),
    "option": (OVERDUE, "<value>365000002<", "<value>365000099<", "compares statuscode with 365000099"),
    "table of a list": (OVERDUE, '<entity name="w365_invoice"', '<entity name="w365_payment"', "entity reads w365_payment"),
    "jump": (OVERDUE, 'jump="w365_name"', 'jump="w365_number"', "grid jumps by w365_number"),
    "row": (OVERDUE, 'id="w365_invoiceid"', 'id="w365_paymentid"', "row is identified by w365_paymentid"),
    "finder": (FINDER, "<isquickfindquery>1<", "<isquickfindquery>0<", "is a quick find exactly when"),
    "no default": (ACTIVE, "<isdefault>1<", "<isdefault>0<", "w365_invoice has 0 default views for public"),
    "chart's column": (CHART, 'groupby="true"', 'groupby="true" dategrouping="century"', "dategrouping 'century'"),
    "chart's measure": (CHART, '<measure alias="measure"', '<measure alias="other"', "measure goes by other"),
    "sum of words": (CHART, 'name="w365_total" aggregate="sum"', 'name="w365_number" aggregate="sum"', "sums w365_number"),
    "month of no date": (
        CHART,
        'name="w365_invoicedate" groupby="true"',
        'name="w365_number" groupby="true"',
        "groups w365_number by month, but it is no date",
    ),
    "column on a form": (FORM, 'datafieldname="w365_net"', 'datafieldname="w365_nett"', "control shows w365_nett"),
    "class of a control": (
        FORM,
        "{533B9E00-756B-4312-95A0-DC888637AC78}",
        "{4273EDBD-AC1D-40D3-9FB2-095C621B552D}",
        "a money, with",
    ),
    "control twice": (FORM, 'id="w365_net"', 'id="w365_tax"', "control w365_tax stands there twice"),
    "rows of nothing": (FORM, "<TargetEntityType>w365_payment<", "<TargetEntityType>w365_pay<", "lists w365_pay, which does not"),
    "view of another": (FORM, "<TargetEntityType>w365_payment<", "<TargetEntityType>w365_job<", "which is none of its views"),
    "wrong relationship": (
        FORM,
        "<RelationshipName>w365_invoice_w365_payment_w365_invoice<",
        "<RelationshipName>w365_invoice_w365_job_w365_invoice<",
        "which does not lead from w365_payment to w365_invoice",
    ),
    "quick form": (
        FORM,
        GLANCE,
        GLANCE[::-1].replace("-", "0")[:8] + GLANCE[8:],
        "which is no quick form of w365_billingcontract",
    ),
    "no label of a column": (ENTITY, '<displayname description="Due date"', '<displayname description=""', "description ''"),
    "no label of a section": (FORM, '<label description="Totals"', '<label description=""', "section .* has no label"),
    "key": (ENTITY, "<AttributeName>w365_number<", "<AttributeName>w365_no<", "EntityKey names w365_no"),
    "icon": (ENTITY, "<IconVectorName>w365_/", "<IconVectorName>other_/", "IconVectorName is other_/"),
    "base amount": (ENTITY, "<CalculationOf>w365_total<", "<CalculationOf>w365_sum<", "is the base amount of w365_sum"),
    "lookup": (LINKS, "<ReferencingAttributeName>w365_Invoice<", "<ReferencingAttributeName>w365_Bill<", "no lookup of w365_"),
    "end of a relationship": (
        LINKS,
        "<ReferencingEntityName>w365_Payment<",
        "<ReferencingEntityName>w365_Pay<",
        "are not both there",
    ),
    "list of relationships": ("Other/Relationships.xml", 'Name="lk_w365_invoice_createdby"', 'Name="lk_x"', "listed or defined"),
    "privilege": ("Roles/Work365 Sales.xml", 'name="prvReadw365_Invoice"', 'name="prvReadw365_Bill"', "privilege of no table"),
    "depth": (
        "Roles/Work365 Sales.xml",
        'name="prvReadw365_Product" level="Global"',
        'name="prvReadw365_Product" level="Local"',
        "rows of its table belong to the organisation",
    ),
    "dashboard's view": ("Dashboards/", "<TargetEntityType>w365_invoice<", "<TargetEntityType>w365_job<", "none of its views"),
    "dashboard's chart": ("Dashboards/", "<VisualizationId>{", "<VisualizationId>{00000000-0000-0000-0000-0000", "looks like"),
    "table in the navigation": (MAP, 'Entity="w365_invoice"', 'Entity="w365_bill"', "SubArea opens w365_bill"),
    "icon in the navigation": (
        MAP,
        'VectorIcon="/WebResources/w365_/icons/billing',
        'VectorIcon="/WebResources/b',
        "SubArea shows",
    ),
    "place twice": (MAP, 'SubArea Id="w365_invoice"', 'SubArea Id="w365_payment"', "SubArea w365_payment stands there twice"),
    "table of the app": (
        APP,
        'schemaName="w365_invoice"',
        'schemaName="w365_bill"',
        "AppModuleComponent 1 w365_bill does not exist",
    ),
    "table not in the app": (APP, '<AppModuleComponent type="1" schemaName="w365_invoice" />', "", "lack w365_invoice"),
    "role of the app": (
        APP,
        '<Role id="{',
        '<Role id="{00000000-0000-0000-0000-000000000000}" /><Role id="{',
        "Role .* does not exist",
    ),
    "icon of the app": (APP, "<WebResourceId>", "<WebResourceId>0", "WebResourceId is '0"),
    "table of a step": (STEP, "<PrimaryEntity>w365_job<", "<PrimaryEntity>w365_work<", "PrimaryEntity is w365_work"),
    "handler of a step": ("PluginAssemblies/", 'ServiceEndpointId="{', 'ServiceEndpointId="{0', "ServiceEndpointId '{0"),
    "command of a button": (
        RIBBON,
        'Command="w365.',
        'Command="w36.',
        "gives the command w36.invoice.Charge.Command, which is not",
    ),
    "rule of a command": (RIBBON, '<EnableRule Id="w365.', '<EnableRule Id="w36.', "asks the EnableRule w36.+, which is not"),
    "platform's rule": (RIBBON, '<EnableRule Id="Mscrm.', '<EnableRule Id="Crm.', "asks the EnableRule Crm.FormStateNotNew"),
    "label of a button": (RIBBON, '<LocLabel Id="w365.', '<LocLabel Id="w36.', "has the LabelText .*, which no LocLabel says"),
    "text of a button": (RIBBON, 'LabelText="$LocLabels:w365.invoice.Charge.Label"', 'LabelText="Charge"', "LabelText 'Charge'"),
    "image of a button": (RIBBON, "icons/charge.svg", "icons/pay.svg", "has the ModernImage .*, which is no web resource"),
    "script of a button": (RIBBON, "scripts/commands.js", "scripts/command.js", "has the Library .*, which is no web resource"),
    "function of a button": (RIBBON, "Commands.charge", "Commands.pay", "calls Work365.Commands.pay, which its script does not"),
    "function that is not given": (RIBBON, "Commands.charge", "Commands.watch", "calls Work365.Commands.watch, which its script"),
    "right for a button": (RIBBON, 'EntityName="w365_payment"', 'EntityName="w365_pay"', "asks for w365_pay, which does not"),
    "kind of a right": (RIBBON, 'PrivilegeType="Create"', 'PrivilegeType="Make"', "has PrivilegeType 'Make'"),
    "parameter of a function": (RIBBON, 'CrmParameter Value="PrimaryControl"', 'CrmParameter Value="Me"', "has Value 'Me'"),
    "place of a button": (RIBBON, 'Location="Mscrm.Form.w365_invoice', 'Location="Mscrm Form', "has Location 'Mscrm Form"),
    "column in a script": (SCRIPTS, "w365_amountcharged,", "w365_amountpaid,", "w365_amountpaid is no table and no column"),
    "lookup in a script": (SCRIPTS, "_w365_invoice_value", "_w365_bill_value", "w365_bill is no table and no column"),
    "dialog that a script opens": (
        SCRIPTS,
        "dialogs/charge.html",
        "dialogs/pay.html",
        "opens w365_/dialogs/pay.html, which is no",
    ),
    "link of a page": ("WebResources/", "../styles/dialog.css", "dialog.css", "links to dialog.css, which is no web resource"),
    "root too many": (
        "Other/Solution.xml",
        'schemaName="w365_invoice"',
        'schemaName="w365_bill"',
        "RootComponent 1 w365_bill is not",
    ),
    "root missing": (
        "Other/Solution.xml",
        '<RootComponent type="80" schemaName="w365_Work365" behavior="0" />',
        "",
        "lack 80 w365_work",
    ),
}


@pytest.fixture(scope="module")
def tree() -> dict[str, bytes]:
    """The committed package."""
    return solution.on_disk()


def test_the_package_is_in_order(tree: dict[str, bytes]) -> None:
    """Nothing is wrong with what is committed."""
    assert problems(tree) == []


@pytest.mark.parametrize("name", BROKEN)
def test_broken(tree: dict[str, bytes], name: str) -> None:
    """One change, one sentence about it, in the file where it was made."""
    folder, old, new, sentence = BROKEN[name]
    path = next(path for path, data in tree.items() if path.startswith(folder) and old.encode() in data)
    found = problems({**tree, path: tree[path].replace(old.encode(), new.encode(), 1)})
    assert [one for one in found if re.search(sentence, one)], found[:5]
    assert [one for one in found if one.startswith((path, path.rpartition("/")[0]))], found[:5]


@pytest.mark.parametrize(
    ("gone", "sentence"),
    [
        (OVERDUE, "control lists w365_invoice in .*, which is none of its views"),
        (FORM, "w365_invoice has no main form"),
        ("Roles/Work365 Sales.xml", "Role .* does not exist"),
        (LINKS, "w365_invoice is a lookup without a relationship"),
        ("WebResources/w365_/scripts/commands.js", r"WebResource w365_/scripts/commands\.js has no file"),
        ("WebResources/w365_/scripts/commands.js.data.xml", "the file is no declared web resource"),
        ("PluginAssemblies/", "EventHandler is no service endpoint of the package"),
        ("Other/Solution.xml", "ImportExportXml is missing"),
    ],
)
def test_a_file_is_gone(tree: dict[str, bytes], gone: str, sentence: str) -> None:
    """What others name must be there."""
    path = next(path for path in tree if path.startswith(gone))
    found = problems({one: data for one, data in tree.items() if one != path})
    assert [one for one in found if re.search(sentence, one)], found[:5]


def test_two_things_with_one_id(tree: dict[str, bytes]) -> None:
    """A copy of a view under another name is two views with one id, and lies in the wrong file."""
    found = problems({**tree, f"{INVOICE}/SavedQueries/copy.xml": tree[OVERDUE]})
    assert [one for one in found if "savedqueryid has the id" in one]
    assert [one for one in found if "copy.xml: savedquery belongs into" in one]

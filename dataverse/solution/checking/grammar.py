"""The form of each file: which element stands in which, in what order, with which attributes, and what texts look like.

`GRAMMAR` has a line for each element that we write: `element: children | attributes`. A child may be followed by `?` (may be
missing), `*` (any number) or `+` (at least one); a line that begins with `~` leaves the order open. `@` marks an attribute that
must be there, one with `?` may be. A line for `parent>element` holds for the element in that place only. `free` leaves open what
stands inside.

Source: what the schemas of version 9.0.0.2090 say of the elements that we write, in our own words; SolutionPackager tool (files).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from dataverse.solution.checking.forms_of_text import refused_text, refused_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.solution.xml import Element

GRAMMAR = """
Solution.xml>ImportExportXml: SolutionManifest | @version @SolutionPackageVersion @languagecode generatedBy?
SolutionManifest: UniqueName LocalizedNames Descriptions? Version Managed Publisher RootComponents MissingDependencies
Publisher: free
RootComponents: RootComponent+
RootComponent: | @type schemaName? id? @behavior
MissingDependencies:
Customizations.xml>ImportExportXml: Entities Roles Workflows FieldSecurityProfiles Templates EntityMaps EntityRelationships
+ OrganizationSettings optionsets Dashboards WebResources CustomControls SdkMessageProcessingSteps ServiceEndpoints
+ AppModuleSiteMaps AppModules EntityDataProviders Languages
Languages: Language+

LocalizedNames: LocalizedName+
LocalizedName: | @description @languagecode
Descriptions: Description*
Description: | @description @languagecode
displaynames: displayname+
displayname: | @description @languagecode
labels: label+
label: | @description @languagecode

Entity: ~Name ObjectTypeCode? EntityInfo
Entity>Name: | @LocalizedName @OriginalName
EntityInfo: entity
entity: ~attributes EntitySetName? OwnershipTypeMask? HasRelatedNotes? HasRelatedActivities? IsAuditEnabled? IconVectorName?
+ ChangeTrackingEnabled? IsQuickCreateEnabled? LocalizedNames? LocalizedCollectionNames? Descriptions? IntroducedVersion?
+ EntityKeys? AutoCreateAccessTeams? AutoRouteToOwnerQueue? CanChangeHierarchicalRelationship? CanChangeTrackingBeEnabled?
+ CanCreateAttributes? CanCreateCharts? CanCreateForms? CanCreateViews? CanEnableSyncToExternalSearchIndex?
+ CanModifyAdditionalSettings? CanModifyAuditSettings? CanModifyConnectionSettings? CanModifyDuplicateDetectionSettings?
+ CanModifyMailMergeSettings? CanModifyMobileClientOffline? CanModifyMobileClientReadOnly? CanModifyMobileClientVisibility?
+ CanModifyMobileVisibility? CanModifyQueueSettings? EnforceStateTransitions? EntityHelpUrlEnabled? IsActivity?
+ IsActivityParty? IsBPFEntity? IsBusinessProcessEnabled? IsCollaboration? IsConnectionsEnabled? IsCustomizable?
+ IsDocumentManagementEnabled? IsDocumentRecommendationsEnabled? IsDuplicateCheckSupported? IsEnabledForExternalChannels?
+ IsInteractionCentricEnabled? IsKnowledgeManagementEnabled? IsMailMergeEnabled? IsMappable? IsOfflineInMobileClient?
+ IsOneNoteIntegrationEnabled? IsReadOnlyInMobileClient? IsReadingPaneEnabled? IsRenameable? IsReplicated?
+ IsReplicationUserFiltered? IsRequiredOffline? IsSLAEnabled? IsVisibleInMobileClient? | @Name unmodified?
LocalizedCollectionNames: LocalizedCollectionName+
LocalizedCollectionName: | @description @languagecode
EntityKeys: EntityKey+
EntityKey: ~Name LogicalName? IntroducedVersion IsCustomizable displaynames EntityKeyAttributes
EntityKeyAttributes: AttributeName+
attributes: attribute+
attributes>attribute: ~Type Name LogicalName RequiredLevel DisplayMask? ImeMode ValidForUpdateApi ValidForReadApi
+ ValidForCreateApi IsCustomField IsAuditEnabled IsSecured IntroducedVersion IsCustomizable IsRenameable
+ CanModifySearchSettings CanModifyRequirementLevelSettings CanModifyAdditionalSettings SourceType Format? MaxLength? Length?
+ MinValue? MaxValue? Accuracy? AccuracySource? CalculationOf? Behavior? CanChangeDateTimeBehavior? LookupStyle? LookupTypes?
+ AppDefaultValue? optionset? displaynames Descriptions? | @PhysicalName
LookupTypes:
optionset: OptionSetType IntroducedVersion IsCustomizable displaynames Descriptions? options? statuses? states? | @Name
options: option+
option: labels | @value
statuses: status+
status: labels | @value @state
states: state+
state: labels | @value @defaultstatus @invariantname

EntityRelationships: EntityRelationship+
Relationships.xml>EntityRelationships: EntityRelationship+
Relationships.xml>EntityRelationship: | @Name
EntityRelationship: ~EntityRelationshipType IsCustomizable IntroducedVersion IsHierarchical ReferencingEntityName
+ ReferencedEntityName CascadeAssign CascadeDelete CascadeReparent CascadeShare CascadeUnshare CascadeRollupView?
+ IsValidForAdvancedFind? ReferencingAttributeName RelationshipDescription? EntityRelationshipRoles? | @Name
RelationshipDescription: Descriptions?
EntityRelationshipRoles: EntityRelationshipRole+
EntityRelationshipRole: NavPaneDisplayOption? NavPaneArea? NavPaneOrder? NavigationPropertyName RelationshipRoleType

savedqueries: savedquery
savedquery: ~IsCustomizable CanBeDeleted isquickfindquery isprivate isdefault savedqueryid layoutxml querytype fetchxml
+ IntroducedVersion LocalizedNames Descriptions?
layoutxml: grid
grid: row | @name @jump @select @icon @preview
grid>row: cell+ | @name @id
list row>cell: | @name @width
fetchxml: fetch
fetch: entity | version? output-format? mapping? aggregate? count?
fetch>entity: ~attribute+ order* filter* link-entity* | @name
entity>attribute: | @name groupby? aggregate? alias? dategrouping?
link-entity: ~attribute* order* filter* | @name @from @to alias? link-type?
link-entity>attribute: | @name
order: | attribute? alias? @descending
filter: ~condition* filter* | @type isquickfindfields?
condition: value* | @attribute @operator value?
value:

visualization: ~savedqueryvisualizationid LocalizedNames Descriptions? datadescription presentationdescription isdefault
+ IsCustomizable IntroducedVersion CanBeDeleted
datadescription: datadefinition
datadefinition: fetchcollection categorycollection
fetchcollection: fetch+
categorycollection: category+
category: measurecollection+ | @alias
measurecollection: measure+
measure: | @alias
presentationdescription: free

forms: systemform
systemform: ~formid IntroducedVersion FormPresentation FormActivationState form IsCustomizable CanBeDeleted LocalizedNames
+ Descriptions?
form: ~tabs header? DisplayConditions? | headerdensity?
tabs: tab+
tab: ~labels columns | name? @id IsUserDefined? showlabel? expanded? verticallayout?
columns: column+
column: sections | @width
sections: section+
section: ~labels rows | name? @id showlabel? showbar? IsUserDefined? layout? columns? labelwidth? celllabelposition?
+ celllabelalignment?
rows: row+
rows>row: cell*
form row>cell: ~labels control | @id showlabel? locklevel? colspan? rowspan? auto?
control: parameters? | @id @classid datafieldname? disabled? indicationOfSubgrid?
parameters: ~ViewId? IsUserView? RelationshipName? TargetEntityType? AutoExpand? EnableQuickFind? EnableViewPicker?
+ EnableJumpBar? ChartGridMode? VisualizationId? IsUserChart? EnableChartPicker? RecordsPerPage? QuickForms? ControlMode?
header: rows | @id celllabelposition? columns? labelwidth? celllabelalignment?
DisplayConditions: Everyone | Order? FallbackForm?
Everyone:

RibbonDiffXml: CustomActions Templates CommandDefinitions RuleDefinitions LocLabels
CustomActions: CustomAction*
CustomAction: CommandUIDefinition | @Id @Location @Sequence
CommandUIDefinition: Button
Button: | @Id @Command @LabelText @Alt @ToolTipTitle @ToolTipDescription @Sequence @TemplateAlias @ModernImage
RibbonDiffXml>Templates: RibbonTemplates
RibbonTemplates: | @Id
CommandDefinitions: CommandDefinition*
CommandDefinition: EnableRules DisplayRules Actions | @Id
EnableRules: EnableRule*
EnableRule: | @Id
DisplayRules: DisplayRule*
DisplayRule: | @Id
Actions: JavaScriptFunction
JavaScriptFunction: CrmParameter* | @Library @FunctionName
CrmParameter: | @Value
RuleDefinitions: TabDisplayRules DisplayRules EnableRules
rule definitions>EnableRule: CustomRule | @Id
rule definitions>DisplayRule: EntityPrivilegeRule+ | @Id
CustomRule: CrmParameter* | @Library @FunctionName
EntityPrivilegeRule: | @EntityName @PrivilegeType @PrivilegeDepth
LocLabels: LocLabel*
LocLabel: Titles | @Id
LocLabel>Titles: Title+
label in a ribbon>Title: | @description @languagecode
Role: IsCustomizable IntroducedVersion RolePrivileges | @name @id
RolePrivileges: RolePrivilege+
RolePrivilege: | @name @level

Dashboard: ~LocalizedNames Descriptions? FormId IsCustomizable IsDefault CanBeDeleted FormXml IntroducedVersion IsTabletEnabled
FormXml: forms
FormXml>forms: form | @type
WebResource: WebResourceId Name DisplayName Description? WebResourceType IntroducedVersion IsEnabledForMobileClient
+ IsAvailableForMobileOffline IsCustomizable CanBeDeleted IsHidden FileName
WebResource>Description:
SdkMessageProcessingStep: PrimaryEntity AsyncAutoDelete Description FilteringAttributes? InvocationSource Mode Rank SdkMessageId
+ EventHandler EventHandlerTypeCode Stage IsCustomizable IsHidden SupportedDeployment IntroducedVersion
+ | @SdkMessageProcessingStepId @Name
SdkMessageProcessingStep>Description:
ServiceEndpoints: ServiceEndpoint+
ServiceEndpoint: Contract Description IsCustomizable AuthType MessageFormat Url | @ServiceEndpointId @Name
ServiceEndpoint>Description:

AppModuleSiteMap: SiteMapUniqueName SiteMapName SiteMap LocalizedNames
SiteMap: Area+ | IntroducedVersion?
Area: Titles Group+ | @Id ShowGroups? IntroducedVersion?
Group: Titles SubArea+ | @Id IsProfile? IntroducedVersion?
SubArea: Titles | @Id Icon? VectorIcon? Entity? Url? DefaultDashboard? Client? AvailableOffline? PassParams? Sku?
Titles: Title+
Title: | @LCID @Title
AppModule: UniqueName IntroducedVersion WebResourceId FormFactor ClientType AppModuleComponents AppModuleRoleMaps LocalizedNames
+ Descriptions?
AppModuleComponents: AppModuleComponent+
AppModuleComponent: | @type schemaName? id?
AppModuleRoleMaps: Role+
AppModuleRoleMaps>Role: | @id

environmentvariabledefinition: ~description displayname introducedversion iscustomizable isrequired secretstore type
+ | @schemaname
environmentvariabledefinition>description: label | @default
environmentvariabledefinition>displayname: label | @default
"""
EMPTY = "the frame of customizations.xml"
"""The frame of customizations.xml, whose sections have files of their own."""

INSIDE = {
    "Customizations.xml>ImportExportXml": EMPTY,
    "Relationships.xml>EntityRelationships": "Relationships.xml",
    "grid>row": "list row",
    "rows>row": "form row",
    "RuleDefinitions>DisplayRules": "rule definitions",
    "RuleDefinitions>EnableRules": "rule definitions",
    "LocLabel>Titles": "label in a ribbon",
}
"""What a place is called for what stands in it, where that is not the element's own name."""

_MANY = {"": (1, 1), "?": (0, 1), "*": (0, 10_000), "+": (1, 10_000)}
_CHILD = re.compile(r"([^?*+]+)([?*+]?)")


@dataclass(frozen=True, slots=True)
class Rule:
    """What may stand in one element; `free` asks nothing."""

    children: tuple[tuple[str, int, int], ...]
    needed: frozenset[str]
    known: frozenset[str]
    ordered: bool
    free: bool


_NOTHING = Rule((), frozenset(), frozenset(), ordered=True, free=False)


@cache
def rules() -> dict[str, Rule]:
    """The grammar, read."""
    joined = GRAMMAR.replace("\n+ ", " ")
    return {line.partition(":")[0]: _rule(line.partition(":")[2]) for line in joined.splitlines() if line.strip()}


def _rule(text: str) -> Rule:
    inside, _, attributes = text.partition("|")
    words = inside.strip()
    children = []
    for word in words.removeprefix("~").split() if words != "free" else []:
        found = _CHILD.fullmatch(word)
        name, many = (found[1], found[2]) if found else (word, "")
        children.append((name, *_MANY[many]))
    needed = frozenset(word[1:] for word in attributes.split() if word.startswith("@"))
    known = needed | {word.removesuffix("?") for word in attributes.split() if not word.startswith("@")}
    return Rule(tuple(children), needed, known, not words.startswith("~"), words == "free")


def refused(path: str, root: Element) -> Iterator[str]:
    """What is wrong with the form of a file, as sentences."""
    yield from _walk(root, path.rpartition("/")[2])


def _walk(element: Element, parent: str) -> Iterator[str]:
    key = f"{parent}>{element.tag}"
    rule = rules().get(key) or rules().get(element.tag) or _leaf(element.tag)
    if parent == EMPTY and element.tag != "Languages":
        rule = _NOTHING
    if rule is None:
        yield f"nobody knows the element {element.tag} in {parent}"
        return
    if rule.free:
        return
    yield from _attributes(element, rule)
    yield from _children(element, rule)
    if not rule.children:
        yield from refused_text(element)
    for child in element:
        yield from _walk(child, INSIDE.get(key, element.tag))


@cache
def _leaf(tag: str) -> Rule | None:
    """An element that is only named as a child has a text and nothing else."""
    named = {child for rule in rules().values() for child, _, _ in rule.children}
    return _NOTHING if tag in named else None


def _attributes(element: Element, rule: Rule) -> Iterator[str]:
    for name in sorted(rule.needed.difference(element.keys())):
        yield f"{element.tag} needs the attribute {name}"
    for name, value in element.items():
        if name not in rule.known:
            yield f"{element.tag} has the attribute {name}, which nobody knows"
        yield from refused_value(element.tag, name, value)


def _children(element: Element, rule: Rule) -> Iterator[str]:
    counted = Counter(child.tag for child in element)
    places = {name: place for place, (name, _, _) in enumerate(rule.children)}
    for name, least, most in rule.children:
        if counted[name] < least:
            yield f"{element.tag} needs {name}"
        if counted[name] > most:
            yield f"{element.tag} has {name} more than once"
    for name in sorted(counted.keys() - places.keys()):
        yield f"{element.tag} has {name}, which has no place there"
    found = [places[child.tag] for child in element if child.tag in places]
    if rule.ordered and found != sorted(found):
        yield f"the parts of {element.tag} stand in another order than {', '.join(places)}"

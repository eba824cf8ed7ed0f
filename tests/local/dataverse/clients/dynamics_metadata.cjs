// Every metadata function of dynamics-web-api: tables, columns, relationships, choices, $metadata.
const { CRM, assert, column, label, refused } = require("./dynamics_steps.cjs");

const ITEM = "LogicalName='csp_item'";
const PICKLIST = `${CRM}PicklistAttributeMetadata`;

async function tables(api) {
  const name = column("String", "csp_Name", { IsPrimaryName: true, MaxLength: 100 });
  const data = { SchemaName: "csp_Item", DisplayName: label("Item"), DisplayCollectionName: label("Items"), OwnershipType: "UserOwned", HasActivities: false, HasNotes: false, Attributes: [name] };
  const id = await api.createEntity({ data, headers: { "MSCRM.SolutionUniqueName": "CspBilling" } });
  const table = await api.retrieveEntity({ key: ITEM, select: ["EntitySetName", "MetadataId"], expand: [{ property: "Attributes", select: ["LogicalName"], filter: "LogicalName eq 'csp_name'" }] });
  assert.deepEqual([table.EntitySetName, table.MetadataId, table.Attributes.map((one) => one.LogicalName)], ["csp_items", id, ["csp_name"]]);
  const whole = await api.retrieveEntity({ key: id });
  whole.DisplayName.LocalizedLabels[0].Label = "Thing";
  await api.updateEntity({ data: whole, mergeLabels: true });
  assert.equal((await api.retrieveEntity({ key: id, select: ["DisplayName"] })).DisplayName.UserLocalizedLabel.Label, "Thing");
  const found = await api.retrieveEntities({ select: ["LogicalName"], filter: "OwnershipType eq Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned' and IsCustomEntity eq true" });
  assert.ok(found.value.some((one) => one.LogicalName === "csp_item"));
  assert.ok((await api.retrieveEntities()).value.length > 20);
  await refused(api.createEntity({ data }), 400, /already exists/);
}

async function columns(api) {
  const entityKey = ITEM;
  const id = await api.createAttribute({ entityKey, data: column("Integer", "csp_Size", { MinValue: 0, MaxValue: 9 }) });
  const options = [{ Value: 1, Label: label("Red") }, { Value: 2, Label: label("Blue") }];
  await api.createAttribute({ entityKey, data: column("Picklist", "csp_Local", { OptionSet: { "@odata.type": `${CRM}OptionSetMetadata`, IsGlobal: false, OptionSetType: "Picklist", Options: options } }) });
  await api.createAttribute({ entityKey, data: column("Money", "csp_Price", { PrecisionSource: 2 }) });
  await api.createAttribute({ entityKey, data: column("DateTime", "csp_Day", { Format: "DateOnly", DateTimeBehavior: { Value: "DateOnly" } }) });
  await api.createAttribute({ entityKey, data: column("File", "csp_Doc", { MaxSizeInKB: 1024 }) });
  const size = await api.retrieveAttribute({ entityKey, attributeKey: "LogicalName='csp_size'", castType: `${CRM}IntegerAttributeMetadata` });
  assert.deepEqual([size.MetadataId, size.MaxValue], [id, 9]);
  size.MaxValue = 99;
  await api.updateAttribute({ entityKey, data: size, castType: `${CRM}IntegerAttributeMetadata`, mergeLabels: true });
  assert.equal((await api.retrieveAttribute({ entityKey, attributeKey: id, castType: `${CRM}IntegerAttributeMetadata`, select: ["MaxValue"] })).MaxValue, 99);
  const all = await api.retrieveAttributes({ entityKey, select: ["LogicalName"], filter: "AttributeType eq Microsoft.Dynamics.CRM.AttributeTypeCode'Money'" });
  assert.deepEqual(all.value.map((one) => one.LogicalName).sort(), ["csp_price", "csp_price_base"]);
  const choices = await api.retrieveAttributes({ entityKey, castType: PICKLIST, select: ["LogicalName"], expand: [{ property: "OptionSet", select: ["Options"] }] });
  assert.deepEqual(choices.value.map((one) => one.OptionSet.Options.map((option) => option.Value)), [[1, 2]]);
  const one = await api.retrieveAttribute({ entityKey, attributeKey: "LogicalName='csp_local'", castType: PICKLIST, select: ["LogicalName"], expand: [{ property: "OptionSet" }, { property: "GlobalOptionSet" }] });
  assert.deepEqual([one.OptionSet.IsGlobal, one.GlobalOptionSet], [false, null]);
  await api.callAction({ actionName: "PublishXml", action: { ParameterXml: "<importexportxml><entities><entity>csp_item</entity></entities></importexportxml>" } });
}

async function relationships(api) {
  const castType = `${CRM}OneToManyRelationshipMetadata`;
  const data = { "@odata.type": castType, SchemaName: "csp_account_item", ReferencedEntity: "account", ReferencingEntity: "csp_item", ReferencedAttribute: "accountid", Lookup: column("Lookup", "csp_AccountId") };
  const id = await api.createRelationship({ data });
  const made = await api.retrieveRelationship({ key: id, castType });
  assert.equal(made.SchemaName, "csp_account_item");
  made.CascadeConfiguration.Delete = "Restrict";
  await api.updateRelationship({ data: made, castType, mergeLabels: true });
  const again = await api.retrieveRelationship({ key: "SchemaName='csp_account_item'", castType, select: ["SchemaName", "CascadeConfiguration"] });
  assert.equal(again.CascadeConfiguration.Delete, "Restrict");
  await api.createRelationship({ data: { "@odata.type": `${CRM}ManyToManyRelationshipMetadata`, SchemaName: "csp_item_contact", Entity1LogicalName: "csp_item", Entity2LogicalName: "contact", IntersectEntityName: "csp_item_contact" } });
  const many = await api.retrieveRelationships({ castType: `${CRM}ManyToManyRelationshipMetadata`, select: ["SchemaName"], filter: "SchemaName eq 'csp_item_contact'" });
  assert.deepEqual(many.value.map((one) => one.SchemaName), ["csp_item_contact"]);
  assert.ok((await api.retrieveRelationships()).value.length > 10);
}

async function choices(api) {
  const castType = `${CRM}OptionSetMetadata`;
  const data = { "@odata.type": castType, Name: "csp_colour", OptionSetType: "Picklist", IsGlobal: true, DisplayName: label("Colour"), Options: [{ Value: 1, Label: label("Red") }] };
  const id = await api.createGlobalOptionSet({ data });
  const made = await api.retrieveGlobalOptionSet({ key: id, castType, select: ["Name", "DisplayName", "Options"] });
  assert.deepEqual([made.Name, made.Options.length], ["csp_colour", 1]);
  await api.updateGlobalOptionSet({ data: { ...made, "@odata.type": castType, DisplayName: label("Color") }, castType, mergeLabels: true });
  assert.equal((await api.retrieveGlobalOptionSet({ key: "Name='csp_colour'" })).DisplayName.UserLocalizedLabel.Label, "Color");
  await api.callAction({ actionName: "InsertOptionValue", action: { OptionSetName: "csp_colour", Value: 2, Label: label("Blue") } });
  await api.callAction({ actionName: "OrderOption", action: { OptionSetName: "csp_colour", Values: [2, 1] } });
  const sets = await api.retrieveGlobalOptionSets({ castType, select: ["Name", "Options"] });
  assert.deepEqual(sets.value.map((one) => one.Options.map((option) => option.Value)), [[2, 1]]);
  assert.equal((await api.retrieveGlobalOptionSets()).value.length, 1);
  await api.deleteGlobalOptionSet({ key: id });
  assert.equal((await api.retrieveGlobalOptionSets({})).value.length, 0);
}

async function remove(api) {
  assert.match(await api.retrieveCsdlMetadata(), /<EntityType Name="csp_item"/);
  assert.match(await api.retrieveCsdlMetadata({ addAnnotations: true }), /Org.OData.Core.V1.Description/);
  await api.deleteRelationship({ key: "SchemaName='csp_item_contact'" });
  await api.deleteRelationship({ key: (await api.retrieveRelationship({ key: "SchemaName='csp_account_item'" })).MetadataId });
  await api.deleteRecord({ collection: "EntityDefinitions", key: ITEM });
  await refused(api.retrieveEntity({ key: ITEM }), 404, /csp_item/);
}

module.exports = { make: async (api) => { await tables(api); await columns(api); await relationships(api); await choices(api); }, remove };

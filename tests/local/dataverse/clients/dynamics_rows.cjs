// Every function of dynamics-web-api on rows: written, read, counted, linked, called.
const { assert, refused } = require("./dynamics_steps.cjs");

const NOBODY = "00000000-0000-4000-8000-000000000001";

async function writes(api) {
  const id = await api.create({ collection: "csp_items", data: { csp_name: "a", csp_size: 1, csp_day: "2026-11-01" } });
  const row = await api.retrieve({ collection: "csp_items", key: id, select: ["csp_name", "csp_size"], includeAnnotations: "*" });
  assert.deepEqual([row.csp_name, row.csp_size], ["a", 1]);
  const back = await api.create({ collection: "csp_items", data: { csp_name: "b" }, returnRepresentation: true, select: ["csp_name"], duplicateDetection: true, bypassCustomPluginExecution: true });
  assert.equal(back.csp_name, "b");
  await api.update({ collection: "csp_items", key: id, data: { csp_size: 2 }, ifmatch: row["@odata.etag"] });
  await refused(api.update({ collection: "csp_items", key: id, data: { csp_size: 2 }, ifmatch: row["@odata.etag"], returnRepresentation: true }).then((done) => { if (done === false) throw Object.assign(new Error("version"), { status: 412 }); }), 412, /version/i);
  assert.equal(await api.deleteRecord({ collection: "csp_items", key: id, ifmatch: row["@odata.etag"] }), false);
  await api.updateSingleProperty({ collection: "csp_items", key: id, fieldValuePair: { csp_size: 3 } });
  assert.equal((await api.retrieve({ collection: "csp_items", key: id, select: ["csp_size"] })).csp_size, 3);
  await api.deleteRecord({ collection: "csp_items", key: id, property: "csp_size" });
  assert.equal((await api.retrieve({ collection: "csp_items", key: id, select: ["csp_size"] })).csp_size, null);
  assert.equal((await api.retrieve({ collection: "csp_items", key: id, select: ["/csp_name"] })).value, "a");
  const made = await api.upsert({ collection: "accounts", key: NOBODY, data: { name: "x", revenue: 5 }, returnRepresentation: true });
  assert.equal(made.name, "x");
  assert.equal(await api.upsert({ collection: "accounts", key: NOBODY, data: { name: "y" }, ifnonematch: "*" }), null);
  assert.equal(await api.upsert({ collection: "accounts", key: "00000000-0000-4000-8000-000000000002", data: { name: "y" }, ifmatch: "*" }), null);
  const tag = (await api.retrieve({ collection: "accounts", key: NOBODY, select: ["name"] }))["@odata.etag"];
  assert.equal((await api.retrieve({ collection: "accounts", key: NOBODY, select: ["name"], ifnonematch: tag }))?.name, undefined);
  await refused(api.create({ collection: "accounts", data: { nothing: 1 } }), 400, /nothing/);
  await refused(api.retrieve({ collection: "accounts", key: "00000000-0000-4000-8000-000000000003" }), 404, /Does Not Exist/);
}

async function links(api) {
  const contact = await api.create({ collection: "contacts", data: { firstname: "A", lastname: "Z" } });
  const single = { collection: "accounts", primaryKey: NOBODY, navigationProperty: "primarycontactid" };
  await api.associateSingleValued({ ...single, relatedCollection: "contacts", relatedKey: contact });
  const expanded = await api.retrieve({ collection: "accounts", key: NOBODY, select: ["name"], expand: [{ property: "primarycontactid", select: ["fullname"] }] });
  assert.equal(expanded.primarycontactid.fullname, "A Z");
  const through = await api.retrieve({ collection: "accounts", key: NOBODY, navigationProperty: "primarycontactid", select: ["fullname"] });
  assert.equal(through.fullname, "A Z");
  await api.disassociateSingleValued(single);
  const item = await api.create({ collection: "csp_items", data: { csp_name: "child" } });
  for (const [relationshipName, collection, key, relatedCollection, relatedKey] of [["csp_account_item", "accounts", NOBODY, "csp_items", item], ["csp_item_contact", "csp_items", item, "contacts", contact]]) {
    await api.associate({ collection, primaryKey: key, relationshipName, relatedCollection, relatedKey });
    const children = await api.retrieveMultiple({ collection: `${collection}(${key})/${relationshipName}`, top: 5 });
    assert.equal(children.value.length, 1, relationshipName);
    await api.disassociate({ collection, primaryKey: key, relationshipName, relatedKey });
  }
  await api.create({ collection: "accounts", key: NOBODY, navigationProperty: "csp_account_item", data: { csp_name: "through" } });
  const nested = await api.retrieve({ collection: "accounts", key: NOBODY, select: ["name"], expand: [{ property: "csp_account_item", select: ["csp_name"], filter: "csp_name ne 'x'", orderBy: ["csp_name desc"] }] });
  assert.deepEqual(nested.csp_account_item.map((one) => one.csp_name), ["through"]);
}

async function queries(api) {
  const found = await api.retrieveMultiple({ collection: "accounts", select: ["name"], filter: "contains(name,'x')", orderBy: ["name"], count: true, includeAnnotations: "*", top: 5 });
  assert.equal(found["@odata.count"], 1);
  assert.equal(await api.count({ collection: "accounts" }), 1);
  assert.equal(await api.count({ collection: "accounts", filter: "name eq 'none'" }), 0);
  assert.equal(await api.countAll({ collection: "accounts", filter: "name eq 'x'", select: ["name"] }), 1);
  const sum = await api.retrieveMultiple({ collection: "accounts", apply: "aggregate(revenue with sum as total)" });
  assert.equal(sum.value[0].total, 5);
  for (let index = 0; index < 4; index += 1) await api.create({ collection: "csp_items", data: { csp_name: `n${index}` } });
  const first = await api.retrieveMultiple({ collection: "csp_items", select: ["csp_name"], filter: "startswith(csp_name,'n')", maxPageSize: 3 });
  const second = await api.retrieveMultiple({ collection: "csp_items", maxPageSize: 3 }, first.oDataNextLink);
  assert.deepEqual([first.value.length, second.value.length], [3, 1]);
  const all = await api.retrieveAll({ collection: "csp_items", select: ["csp_name"], filter: "startswith(csp_name,'n')", maxPageSize: 2 });
  assert.equal(all.value.length, 4);
  const tracked = await api.retrieveAll({ collection: "csp_items", select: ["csp_name"], trackChanges: true });
  assert.match(tracked.oDataDeltaLink, /deltatoken/);
  const fetchXml = '<fetch count="2"><entity name="csp_item"><attribute name="csp_name"/><filter><condition attribute="csp_name" operator="like" value="n%"/></filter><order attribute="csp_name"/></entity></fetch>';
  const page = await api.fetch({ collection: "csp_items", fetchXml, includeAnnotations: "*" });
  const next = await api.fetch({ collection: "csp_items", fetchXml, pageNumber: page.PagingInfo.nextPage, pagingCookie: page.PagingInfo.cookie });
  assert.deepEqual([page, next].map((one) => one.value.map((row) => row.csp_name)), [["n0", "n1"], ["n2", "n3"]]);
  assert.equal((await api.fetchAll({ collection: "csp_items", fetchXml })).value.length, 4);
  await refused(api.retrieveMultiple({ collection: "accounts", select: ["nothing"] }), 400, /nothing/);
  await assert.rejects(api.retrieve({ collection: "accounts", key: NOBODY, savedQuery: NOBODY }));
}

async function calls(api) {
  const who = await api.callFunction({ name: "WhoAmI" });
  assert.ok(who.UserId);
  assert.equal((await api.callFunction("WhoAmI")).UserId, who.UserId);
  const access = await api.callFunction({ collection: "systemusers", key: who.UserId, name: "Microsoft.Dynamics.CRM.RetrievePrincipalAccess", parameters: { Target: { "@odata.id": `accounts(${NOBODY})` } } });
  assert.match(access.AccessRights, /ReadAccess/);
  assert.equal((await api.callFunction({ name: "GetValidReferencedEntities", parameters: { ReferencingEntityName: "csp_item" } })).EntityNames.includes("account"), true);
  const grant = { Target: { accountid: NOBODY, "@odata.type": "Microsoft.Dynamics.CRM.account" }, PrincipalAccess: { AccessMask: "ReadAccess", Principal: { systemuserid: who.UserId, "@odata.type": "Microsoft.Dynamics.CRM.systemuser" } } };
  await api.callAction({ actionName: "GrantAccess", action: grant });
  await api.callAction({ collection: "accounts", actionName: "Microsoft.Dynamics.CRM.CreateMultiple", action: { Targets: [{ "@odata.type": "Microsoft.Dynamics.CRM.account", name: "multi" }] } });
  const row = await api.retrieve({ collection: "accounts", key: NOBODY, select: ["name"], impersonate: who.UserId, noCache: true });
  assert.equal(row.name, "x");
  await refused(api.callFunction({ name: "NothingLikeThis" }), 404, /NothingLikeThis/);
  await refused(api.callAction({ actionName: "WinOpportunity", action: {} }), 404, /WinOpportunity/);
  for (const search of ["search", "query", "suggest", "autocomplete"]) await refused(api[search]("x"), 501, /search/i);
  await refused(api.getBackgroundOperationStatus(NOBODY), 501, /background/i);
  await refused(api.cancelBackgroundOperation(NOBODY), 501, /background/i);
}

async function files(api) {
  const key = await api.create({ collection: "csp_items", data: { csp_name: "with file" } });
  const data = Buffer.alloc(6_000_000, "abc");
  await api.uploadFile({ collection: "csp_items", key, property: "csp_doc", fileName: "big.bin", data: data.subarray(0, 500_000) });
  const got = await api.downloadFile({ collection: "csp_items", key, property: "csp_doc" });
  assert.deepEqual([got.fileName, got.fileSize, Buffer.compare(Buffer.from(got.data), data.subarray(0, 500_000))], ["big.bin", 500_000, 0]);
  await refused(api.uploadFile({ collection: "csp_items", key, property: "csp_doc", fileName: "big.bin", data }), 400, /size/i);
  await api.deleteRecord({ collection: "csp_items", key, property: "csp_doc" });
  assert.equal((await api.retrieve({ collection: "csp_items", key, select: ["csp_doc_name"] })).csp_doc_name, null);
}

module.exports = { calls, files, links, queries, writes };

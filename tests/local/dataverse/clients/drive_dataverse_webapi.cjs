// Drives npm dataverse-webapi (its build for node) through every function; run with the server's https address. Prints "ok" at the end.
// It sends requests to the address's host and leaves the port to node, whose default is set here. Left out is
// retrieveMultipleNextPage: it puts a slash behind the link, into the paging cookie.
const assert = require("node:assert");
const https = require("node:https");
const path = require("node:path");
const api = require(path.join(process.env.NODE_PATH, "dataverse-webapi", "lib", "node.js")); // it exports this to `import` only

const address = new URL(process.argv[2]);
https.globalAgent.defaultPort = Number(address.port);
const config = new api.WebApiConfig("9.2", "any", address.origin);
const select = "$select=name,revenue";

async function rows() {
  const id = await api.create(config, "accounts", { name: "a", accountnumber: "K 1" });
  assert.match(id, /^[0-9a-f-]{36}$/i);
  const made = await api.createWithReturnData(config, "accounts", { name: "b" }, select);
  assert.equal(made.name, "b");
  await api.update(config, "accounts", id, { revenue: 5 });
  assert.equal((await api.updateWithReturnData(config, "accounts", id, { revenue: 6 }, select)).revenue, 6);
  await api.updateProperty(config, "accounts", id, "name", "c");
  const row = await api.retrieve(config, "accounts", id, select);
  assert.deepEqual([row.name, row["revenue@OData.Community.Display.V1.FormattedValue"]], ["c", "$6.00"]);
  assert.equal((await api.retrieveAlternateKey(config, "accounts", "accountnumber='K 1'", select)).name, "c");
  await api.deleteProperty(config, "accounts", id, "revenue");
  assert.equal((await api.retrieve(config, "accounts", id)).revenue, null);
  const first = await api.retrieveMultiple(config, "accounts", `${select}&$orderby=name`, { maxPageSize: 1 });
  assert.deepEqual([first.value.length, first.value[0].name], [1, "b"]);
  const next = first["@odata.nextLink"].split("/accounts")[1];
  assert.equal((await api.retrieveMultiple(config, "accounts", next)).value[0].name, "c");
  await api.deleteRecord(config, "accounts", made.accountid);
  await assert.rejects(api.retrieve(config, "accounts", made.accountid), (error) => /Does Not Exist/.test(error.message));
  return id;
}

async function links(id) {
  const contact = await api.create(config, "contacts", { lastname: "L" });
  await api.associate(config, "accounts", id, "contact_customer_accounts", "contacts", contact);
  const grown = await api.retrieve(config, "accounts", id, "$expand=contact_customer_accounts($select=lastname)");
  assert.deepEqual(grown.contact_customer_accounts.map((one) => one.lastname), ["L"]);
  await api.disassociate(config, "accounts", id, "contact_customer_accounts", contact);
  await api.update(config, "accounts", id, { "primarycontactid@odata.bind": `/contacts(${contact})` });
  await api.disassociate(config, "accounts", id, "primarycontactid");
  assert.equal((await api.retrieve(config, "accounts", id))._primarycontactid_value, null);
}

async function operations(id) {
  const who = await api.unboundFunction(config, "WhoAmI");
  const target = { name: "Target", alias: "t", value: JSON.stringify({ "@odata.id": `accounts(${id})` }) };
  const access = await api.boundFunction(config, "systemusers", who.UserId, "RetrievePrincipalAccess", [target]);
  assert.match(access.AccessRights, /ReadAccess/);
  await api.unboundAction(config, "PublishAllXml", {});
  const roles = await api.retrieveMultiple(config, "roles", "$top=1");
  const privileges = await api.retrieveMultiple(config, "privileges", "$filter=canbebasic eq true&$top=1");
  const one = { PrivilegeId: privileges.value[0].privilegeid, Depth: "Basic", BusinessUnitId: who.BusinessUnitId };
  await api.boundAction(config, "roles", roles.value[0].roleid, "AddPrivilegesRole", { Privileges: [one] });
  const impersonated = await api.retrieve(config, "accounts", id, select, { customHeaders: { MSCRMCallerID: who.UserId } });
  assert.equal(impersonated.name, "c");
}

async function batches() {
  const sets = [{ method: "POST", queryString: "accounts", entity: { name: "in batch" } }, { method: "POST", queryString: "contacts", entity: { lastname: "in batch" } }];
  const done = await api.batchOperation(config, "b1", "c1", sets, ["accounts?$select=name&$filter=name eq 'in batch'"]);
  assert.deepEqual(done.map((one) => one.httpStatus), [204, 204, 200]);
  assert.equal(done[2].data.value[0].name, "in batch");
  assert.match(done[0].entityId, /^[0-9a-f-]{36}$/i);
  await assert.rejects(api.batchOperation(config, "b2", "c2", [{ method: "POST", queryString: "accounts", entity: { nothing: 1 } }], []), (error) => /nothing/.test(error.message));
}

(async () => {
  const id = await rows();
  await links(id);
  await operations(id);
  await batches();
  console.log("ok");
})().catch((error) => { console.error(error); process.exit(1); });

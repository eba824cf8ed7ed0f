// executeBatch of dynamics-web-api: reads and writes mixed, references by content id, outside change sets, a failure.
const { assert } = require("./dynamics_steps.cjs");

async function mixed(api) {
  api.startBatch();
  api.create({ collection: "contacts", data: { firstname: "B", lastname: "L" }, contentId: "1" });
  api.create({ collection: "accounts", data: { name: "in batch", "primarycontactid@odata.bind": "$1" }, contentId: "2" });
  api.update({ collection: "$2", data: { revenue: 7 } });
  api.retrieveMultiple({ collection: "accounts", select: ["name"], filter: "name eq 'in batch'", count: true });
  api.fetch({ collection: "accounts", fetchXml: "<fetch><entity name='account'><attribute name='name'/><filter><condition attribute='name' operator='eq' value='in batch'/></filter></entity></fetch>" });
  api.callFunction("WhoAmI");
  api.count({ collection: "accounts", filter: "name eq 'in batch'" });
  api.count({ collection: "accounts" });
  const done = await api.executeBatch();
  assert.match(done[0], /^[0-9a-f-]{36}$/);
  assert.equal(done[3].value[0].name, "in batch");
  assert.equal(done[4].value.length, 1);
  assert.ok(done[5].UserId);
  assert.equal(done[6].oDataCount, 1); // a filtered count asks for rows with their count
  assert.ok(Number(done[7]) >= 1);
  const account = (await api.retrieveMultiple({ collection: "accounts", filter: "name eq 'in batch'", expand: [{ property: "primarycontactid", select: ["fullname"] }] })).value[0];
  assert.deepEqual([account.primarycontactid.fullname, account.revenue], ["B L", 7]);
  return account;
}

async function links(api, account) {
  const contact = await api.create({ collection: "contacts", data: { lastname: "linked" } });
  const key = account.accountid;
  api.startBatch();
  api.associateSingleValued({ collection: "accounts", primaryKey: key, navigationProperty: "primarycontactid", relatedCollection: "contacts", relatedKey: contact });
  api.upsert({ collection: "accounts", key: "00000000-0000-4000-8000-00000000000f", data: { name: "upserted in batch" } });
  api.updateSingleProperty({ collection: "accounts", key, fieldValuePair: { name: "renamed" } });
  api.callAction({ actionName: "PublishAllXml" });
  api.retrieve({ collection: "accounts", key, select: ["name", "_primarycontactid_value"] });
  api.disassociateSingleValued({ collection: "accounts", primaryKey: key, navigationProperty: "primarycontactid" });
  api.deleteRecord({ collection: "accounts", key });
  const done = await api.executeBatch();
  assert.deepEqual([done[4].name, done[4]._primarycontactid_value], ["renamed", contact]);
  assert.equal(await api.count({ collection: "accounts", filter: `accountid eq ${key}` }), 0);
}

async function outside(api) {
  api.startBatch();
  api.create({ collection: "accounts", data: { name: "kept" }, inChangeSet: false });
  api.create({ collection: "accounts", data: { nothing: 1 }, inChangeSet: false });
  api.create({ collection: "accounts", data: { name: "after" }, inChangeSet: false });
  const done = await api.executeBatch({ continueOnError: true });
  assert.deepEqual(done.map((one) => one instanceof Error), [false, true, false]);
  assert.equal(await api.count({ collection: "accounts", filter: "name eq 'kept' or name eq 'after'" }), 2);
  api.startBatch();
  api.create({ collection: "accounts", data: { name: "rolled back" } });
  api.create({ collection: "accounts", data: { nothing: 1 } });
  await assert.rejects(api.executeBatch());
  assert.equal(await api.count({ collection: "accounts", filter: "name eq 'rolled back'" }), 0);
}

module.exports = { drive: async (api) => { await links(api, await mixed(api)); await outside(api); } };

// Drives npm dynamics-web-api through what it offers; run with the server's address. Prints "ok" at the end.
const { DynamicsWebApi } = require("dynamics-web-api");
const batches = require("./dynamics_batches.cjs");
const metadata = require("./dynamics_metadata.cjs");
const rows = require("./dynamics_rows.cjs");
const { assert } = require("./dynamics_steps.cjs");

const serverUrl = process.argv[2];
const api = new DynamicsWebApi({ serverUrl, dataApi: { version: "9.2" }, onTokenRefresh: async () => "any" });
const named = new DynamicsWebApi({ serverUrl, dataApi: { version: "9.2" }, onTokenRefresh: async () => ({ accessToken: "any" }), useEntityNames: true, returnRepresentation: true, includeAnnotations: "*", maxPageSize: 2, disableODataIdAbsoluteUrl: true });

(async () => {
  await metadata.make(api);
  await rows.writes(api);
  await rows.links(api);
  await rows.queries(api);
  await rows.calls(api);
  await rows.files(api);
  await batches.drive(api);
  const made = await named.create({ collection: "contact", data: { lastname: "named" } });
  assert.equal(made.lastname, "named");
  assert.equal(named.Utility.getCollectionName("contact"), "contacts");
  assert.ok((await named.retrieveMultiple({ collection: "contact", select: ["lastname"] })).oDataNextLink);
  const other = named.initializeInstance({ serverUrl, dataApi: { version: "9.1" }, onTokenRefresh: async () => "any" });
  assert.ok((await other.callFunction("WhoAmI")).UserId);
  await metadata.remove(api);
  console.log("ok");
})().catch((error) => { console.error(error); process.exit(1); });

// Reads $metadata with OASIS's own converter, odata-csdl, with and without annotations, and checks what the document says against
// itself: every type, key, partner, constraint and binding that is named is there. Prints "ok" at the end.
const assert = require("node:assert");
const csdl = require("odata-csdl");

const SPACE = "Microsoft.Dynamics.CRM";

async function load(query) {
  const answer = await fetch(`${process.argv[2]}/api/data/v9.2/$metadata${query}`, { headers: { authorization: "Bearer any" } });
  const messages = [];
  const document = csdl.xml2json(await answer.text(), { messages });
  assert.deepEqual(messages, []);
  return document;
}

const bare = (type) => type.replace(/^mscrm\.|^Microsoft\.Dynamics\.CRM\./, "");
const members = (type, kind) => Object.entries(type).filter(([name, one]) => /^[^$@]/.test(name) && (one.$Kind ?? "Property") === kind);

function check(document) {
  const schema = document[SPACE];
  const types = Object.entries(schema).filter(([, one]) => one.$Kind === "EntityType");
  const sets = Object.fromEntries(members(schema.System, "Property").filter(([, one]) => one.$Collection && one.$Type));
  assert.ok(types.length > 50 && Object.keys(sets).length === types.length - 2);
  for (const [name, type] of types) {
    for (const key of type.$Key ?? []) assert.ok(type[key], `${name} has no key ${key}`);
    for (const [navigation, one] of members(type, "NavigationProperty")) {
      const target = schema[bare(one.$Type)];
      assert.equal(target?.$Kind, "EntityType", `${name}/${navigation} leads to ${one.$Type}`);
      if (one.$Partner) assert.equal(target[one.$Partner]?.$Kind, "NavigationProperty", `${name}/${navigation} has no ${one.$Partner}`);
      for (const [own, other] of Object.entries(one.$ReferentialConstraint ?? {})) assert.ok(type[own] && target[other], `${name}/${navigation}: ${own} = ${other}`);
    }
    for (const key of type["@OData.Community.Keys.V1.AlternateKeys"] ?? []) for (const part of key.Key) assert.ok(type[part.Name?.$Path ?? part.Name], `${name}: ${JSON.stringify(part)}`);
  }
  for (const [name, one] of Object.entries(sets)) {
    const type = schema[bare(one.$Type)];
    for (const [path, target] of Object.entries(one.$NavigationPropertyBinding ?? {})) assert.ok(type[path] && sets[target], `${name}: ${path} → ${target}`);
  }
  for (const [name, one] of Object.entries(schema.System)) if (one.$Action || one.$Function) assert.ok(schema[bare(one.$Action ?? one.$Function)], name);
}

(async () => {
  check(await load(""));
  const annotated = await load("?annotations=true");
  check(annotated);
  assert.equal(annotated[SPACE].account.name["@Org.OData.Core.V1.Description"], "Account name");
  console.log("ok");
})().catch((error) => { console.error(error); process.exit(1); });

// What the scripts that drive dynamics-web-api share: labels, column definitions, refusals.
const assert = require("node:assert");

const CRM = "Microsoft.Dynamics.CRM.";
const label = (text) => ({ LocalizedLabels: [{ Label: text, LanguageCode: 1033 }] });
const column = (kind, name, more) => ({ "@odata.type": `${CRM}${kind}AttributeMetadata`, SchemaName: name, DisplayName: label(name), ...more });

async function refused(promise, status, words) {
  await assert.rejects(Promise.resolve(promise), (error) => {
    assert.equal(error.status, status, `${error.status} ${error.message}`);
    assert.match(error.message, words);
    return true;
  });
}

module.exports = { CRM, assert, column, label, refused };

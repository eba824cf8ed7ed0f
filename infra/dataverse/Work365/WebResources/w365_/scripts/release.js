// The dialog that takes a customer off hold: who holds it and why, its checklist with who has seen what, and the reason. While
// something that is needed is missing it says what, and asks for nothing.
"use strict";

(function () {
  const { Dialog, Jobs } = Work365;
  const RELEASE = 365000022;
  const DOCUMENTS = 365000002;
  const RULE = 365000001;
  const DONE = 2;
  const { FORMATTED } = Dialog;
  const ACCOUNT = "?$select=name,creditonhold,w365_holdkind,w365_holdreason,w365_documents";
  const ENTRIES = "?$select=w365_name,w365_optional,w365_note,w365_tickedon,_w365_tickedby_value,statuscode&$orderby=w365_ordinal,w365_code";
  const AGAIN =
    "The rule holds it again within ten minutes, for as long as it owes too much. To let it go on who still owes, switch the rule off for it.";
  const at = (id) => document.getElementById(id);
  const words = {
    place: "Open this dialog with Release on the form of an account.",
    reading: "Reading the checklist …",
    unread: "The account could not be read:",
    working: "Releasing …",
    refused: "Your request was refused, and nothing was released.",
    taken: "Another release of this customer was asked for since this window opened, so nothing was released from here.",
  };

  /** What was read of the account and its checklist, and the key of the one wish that the dialog makes. */
  let sheet = null;
  let key = "";
  let renew = null;

  async function read(api, id) {
    [sheet, key] = await Promise.all([readAccount(api, id), Jobs.nextKey(api, `release:${id}`)]);
    renew = async () => showFacts(await readAccount(api, id));
  }

  async function readAccount(api, id) {
    const [account, entries] = await Promise.all([
      api.retrieveRecord("account", id, ACCOUNT),
      api.retrieveMultipleRecords("w365_checklistentry", `${ENTRIES}&$filter=_w365_account_value eq ${id}`),
    ]);
    return { account, entries: entries.entities };
  }

  function showFacts({ account, entries }) {
    Dialog.facts({
      title: account.name,
      held: account.creditonhold ? account[`w365_holdkind${FORMATTED}`] || "Manual" : "Nobody",
      why: account.w365_holdreason || "–",
      documents: account.w365_documents || "–",
    });
    at("rows").replaceChildren(...entries.map(tableRow));
    at("checklist").hidden = !entries.length;
  }

  function tableRow(entry) {
    const row = document.createElement("tr");
    const name = document.createElement("th");
    name.scope = "row";
    name.textContent = entry.w365_optional ? `${entry.w365_name} (optional)` : entry.w365_name;
    row.append(name);
    const seen = isDone(entry) ? entry.w365_note : ["Open", entry.w365_note].filter(Boolean).join(": ");
    for (const text of [seen, [who(entry), entry[`w365_tickedon${FORMATTED}`]].filter(Boolean).join(", ")]) {
      row.insertCell().textContent = text;
    }
    return row;
  }

  /** Nobody ticked what ticked itself. */
  function who(entry) {
    return entry[`_w365_tickedby_value${FORMATTED}`] || (isDone(entry) ? "By itself" : "");
  }

  function isDone(entry) {
    return entry.statuscode === DONE;
  }

  function show() {
    const { account, entries } = sheet;
    showFacts(sheet);
    if (!account.creditonhold) return Dialog.nothing("Nobody holds this customer.");
    const forDocuments = account.w365_holdkind === DOCUMENTS;
    const missing = entries.filter((entry) => !isDone(entry) && !entry.w365_optional).map((entry) => entry.w365_name);
    if (forDocuments && missing.length) return Dialog.nothing(lacks(missing));
    at("hint").textContent = account.w365_holdkind === RULE ? AGAIN : "It stands in the hold log, with your name.";
    at("reason").value = forDocuments ? "Everything that was asked for is there" : "";
    return true;
  }

  function lacks(missing) {
    return (
      `Held until its documents are there. Missing: ${missing.join(", ")}. Tick what you have seen (w365 hold checklist tick); ` +
      "what is not needed is ticked with a note that says why. Then release."
    );
  }

  function wish() {
    const { account } = sheet;
    const reason = Dialog.reason({ why: "the customer is released", where: "the reason stands in the hold log" });
    if (reason === null) return null;
    const said = JSON.stringify({ account: account.accountid, reason });
    return {
      same: (job) => job.w365_arguments === said,
      row: {
        w365_name: `Release ${account.name}`.slice(0, 200),
        w365_key: key,
        w365_kind: RELEASE,
        w365_attempts: 0,
        w365_arguments: said,
      },
    };
  }

  Dialog.run({ words, read, show, wish, renew: () => renew(), first: "reason" });
})();

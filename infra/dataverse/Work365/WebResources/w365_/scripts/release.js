// The dialog that takes a customer off hold: who holds it and why, its checklist, and the reason. While something that is needed is
// missing it says what, and lets that be ticked.
"use strict";

(function () {
  const { Dialog, Entries, Jobs } = Work365;
  const RELEASE = 365000022;
  const DOCUMENTS = 365000002;
  const RULE = 365000001;
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
    [sheet, key] = await Promise.all([Entries.read(api, id), Jobs.nextKey(api, `release:${id}`)]);
    renew = async () => Entries.show((sheet = await Entries.read(api, id)));
  }

  function show() {
    const { account, entries } = sheet;
    Entries.show(sheet);
    if (!account.creditonhold) return Dialog.nothing("Nobody holds this customer.");
    const forDocuments = account.w365_holdkind === DOCUMENTS;
    const missing = Entries.missing(entries);
    if (forDocuments && missing.length) return Dialog.nothing(lacks(missing));
    at("hint").textContent = account.w365_holdkind === RULE ? AGAIN : "It stands in the hold log, with your name.";
    at("reason").value = forDocuments ? "Everything that was asked for is there" : "";
    return true;
  }

  function lacks(missing) {
    return (
      `Held until its documents are there. Missing: ${missing.join(", ")}. Tick what you have seen; what is not needed is ticked ` +
      "with a note that says why. Then release."
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

  Dialog.also(Entries.marking());
  Dialog.run({ words, read, show, wish, renew: () => renew(), first: "reason" });
})();

// A customer's checklist as dialogs show it: who holds it, each item with who has seen what, and a button to tick it or open it again.
"use strict";

var Work365 = window.Work365 || {};

Work365.Entries = (function () {
  const { Dialog, Jobs } = Work365;
  const TICK = 365000024;
  const DONE = 2;
  const PAYMENT_PROFILE = 365000001;
  const AGREEMENT = 365000002;
  const { FORMATTED } = Dialog;
  const ACCOUNT = "?$select=name,creditonhold,w365_holdkind,w365_holdreason,w365_documents";
  const COLUMNS = "w365_code,w365_name,w365_kind,w365_optional,w365_note,w365_tickedon,_w365_tickedby_value,statuscode";
  const BY_ITSELF = {
    [PAYMENT_PROFILE]: "ticks itself once an active one is stored",
    [AGREEMENT]: "ticks itself once one is accepted",
  };
  const MARKS = {
    tick: {
      label: "Tick",
      field: "What was seen",
      hint: "Such as the form's date, or why it is not needed. It stands in the checklist, with your name.",
      wrong: "Say what was seen, or why it is not needed, in at most 300 characters; it stands in the checklist.",
    },
    untick: {
      label: "Open again",
      field: "Why it is to be seen to again",
      hint: "It stands in the checklist, with your name.",
      wrong: "Say why it is to be seen to again, in at most 300 characters; it stands in the checklist.",
    },
  };
  const words = {
    unread: "The checklist could not be read:",
    working: "Writing it down …",
    refused: "Your request was refused, and nothing was changed.",
    taken: "Another change of this item was asked for since this window opened, so nothing was changed from here.",
  };
  const at = (id) => document.getElementById(id);

  /** What is shown; the item whose button was pressed, and the key of the one wish that is made about it as it stands. */
  let sheet = null;
  let picked = null;
  let key = "";

  /** The account with its checklist: `{api, account, entries}`. */
  async function read(api, id) {
    const asked = `?$select=${COLUMNS}&$orderby=w365_ordinal,w365_code&$filter=_w365_account_value eq ${id}`;
    const [account, entries] = await Promise.all([
      api.retrieveRecord("account", id, ACCOUNT),
      api.retrieveMultipleRecords("w365_checklistentry", asked),
    ]);
    return { api, account, entries: entries.entities };
  }

  /** The names of what is needed and open. */
  function missing(entries) {
    return entries.filter((entry) => !isDone(entry) && !entry.w365_optional).map((entry) => entry.w365_name);
  }

  function isDone(entry) {
    return entry.statuscode === DONE;
  }

  function show(shown) {
    sheet = shown;
    const { account, entries } = sheet;
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
    for (const text of [seen(entry), [who(entry), entry[`w365_tickedon${FORMATTED}`]].filter(Boolean).join(", ")]) {
      row.insertCell().textContent = text;
    }
    row.insertCell().append(button(entry));
    return row;
  }

  function seen(entry) {
    if (isDone(entry)) return entry.w365_note;
    if (entry.w365_note) return `Open: ${entry.w365_note}`;
    return ["Open", BY_ITSELF[entry.w365_kind]].filter(Boolean).join("; ");
  }

  /** Nobody ticked what ticked itself. */
  function who(entry) {
    return entry[`_w365_tickedby_value${FORMATTED}`] || (isDone(entry) ? "By itself" : "");
  }

  function button(entry) {
    const made = document.createElement("button");
    const { label } = MARKS[verb(entry)];
    made.type = "button";
    made.id = `mark-${entry.w365_checklistentryid}`;
    made.textContent = label;
    made.setAttribute("aria-label", `${label}: ${entry.w365_name}`);
    return made;
  }

  function verb(entry) {
    return isDone(entry) ? "untick" : "tick";
  }

  /**
   * Let items be ticked and opened from their buttons, in the form `mark` of the page.
   *
   * @returns {object} What `Dialog.run` or `Dialog.also` needs to ask for it.
   */
  function marking() {
    at("rows").addEventListener("click", (event) => event.target.closest("button") && pick(event.target.closest("button")));
    at("back").addEventListener("click", back);
    return { words, wish, part: "mark", button: "mark-submit", on: () => own(picked) || at("outcome") };
  }

  async function pick(pressed) {
    if (Dialog.isBusy()) return;
    const entry = sheet.entries.find((one) => own(one) === pressed);
    let next;
    try {
      next = await Jobs.nextKey(sheet.api, `tick:${sheet.account.accountid}:${entry.w365_checklistentryid}`);
    } catch (error) {
      return Dialog.nothing(`${words.unread} ${error.message}`);
    }
    if (Dialog.isBusy()) return;
    Dialog.turnTo("mark");
    [picked, key] = [entry, next];
    const { label, field, hint } = MARKS[verb(entry)];
    const forGood = isDone(entry) && BY_ITSELF[entry.w365_kind] ? " The item no longer ticks itself." : "";
    Object.assign(at("note"), { value: "" }).removeAttribute("aria-invalid");
    const texts = { "mark-title": `${label}: ${entry.w365_name}`, "note-label": field, "note-hint": hint + forGood, "mark-submit": label };
    for (const [id, text] of Object.entries({ ...texts, "note-error": "" })) at(id).textContent = text;
    at("note").focus();
  }

  function back() {
    if (Dialog.isBusy()) return Dialog.close();
    at("mark").hidden = true;
    Dialog.reveal();
    own(picked).focus();
  }

  function own(entry) {
    return at(`mark-${entry.w365_checklistentryid}`);
  }

  function wish() {
    const note = Dialog.sentence("note", MARKS[verb(picked)].wrong);
    if (note === null) return null;
    const entry = { item: picked.w365_code, do: verb(picked), note, version: picked["@odata.etag"] };
    const said = JSON.stringify({ account: sheet.account.accountid, ...entry });
    return {
      same: (job) => job.w365_arguments === said,
      row: {
        w365_name: `${MARKS[entry.do].label} ${picked.w365_name}: ${sheet.account.name}`.slice(0, 200),
        w365_key: key,
        w365_kind: TICK,
        w365_attempts: 0,
        w365_arguments: said,
      },
    };
  }

  return { read, missing, show, marking };
})();

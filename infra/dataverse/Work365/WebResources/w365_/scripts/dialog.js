// What our dialogs do alike. A dialog is opened for one row, asks for an amount or a reason, makes one job of it, and says what the job
// says. It does all the work itself, since a dialog gives nothing back to who opened it. What it checks is comfort: the functions decide on
// the rows of that moment.
"use strict";

var Work365 = window.Work365 || {};

Work365.Dialog = (function () {
  const { Amounts, Jobs } = Work365;
  const LEAVE = "You may close this window: the form shows the result as soon as it is known.";
  const WORDS = {
    Waiting: "Waiting for its turn …",
    Unread: "The connection is lost; the work goes on without it. Looking again …",
    Paused: "A person has paused it; it goes on when it is asked for again.",
    "Waits for approval": "Somebody else has to agree first; then it goes on by itself.",
    Cancelled: "A person has cancelled it.",
  };
  const AGAIN = "Press the button again: it stays the same request, which is carried out once.";
  const REASON_MAX = 300;
  const WAYS_OUT = { cancel: "Cancel", back: "Back" }; // while something is under way they close the window
  const FORMATTED = "@OData.Community.Display.V1.FormattedValue";
  const at = (id) => document.getElementById(id);
  let busy = false;
  let page = null; // what the window was opened for

  /**
   * Run a dialog.
   *
   * @param {object} dialog
   * @param {object} dialog.words `place`, `reading`, `unread`, `working`, `refused`, `taken`: the sentences that differ.
   * @param {function(object, string): Promise} dialog.read Reads the row and what belongs to it, with Xrm.WebApi and its id.
   * @param {function(): boolean} dialog.show Shows it; whether there is anything to ask. If not, it has said why.
   * @param {function(): {row: object, same: function(object): boolean}|null} dialog.wish The job that is asked for, and how the
   *   same one is known; null when something that was entered is refused, which it has said.
   * @param {function(): Promise} dialog.renew Shows the row as it is now; in its place `on`, as `also` says.
   * @param {string} [dialog.first] Where to begin to write; the amount, if it is not said.
   * @param {string} [dialog.part] The form that asks, by its id, and its `button`; `form` and `submit`, if they are not said.
   */
  async function run(dialog) {
    const api = webApi();
    const id = rowId();
    page = dialog;
    also(dialog);
    for (const button of document.querySelectorAll("#cancel, #close")) button.addEventListener("click", close);
    at("again").addEventListener("click", () => location.reload());
    if (!api || !/^[0-9a-f-]{36}$/i.test(id)) return nothing(dialog.words.place);
    outcome("", dialog.words.reading);
    try {
      await dialog.read(api, id);
    } catch (error) {
      return nothing(`${dialog.words.unread} ${error.message}`);
    }
    if (!reveal()) return;
    const first = at(dialog.first || "amount");
    first.focus();
    first.select();
  }

  /** Show what was read, and the form where there is anything to ask; whether there is. */
  function reveal() {
    outcome("", "");
    at("after").hidden = true;
    const asks = Boolean(page.show());
    at(page.part || "form").hidden = !asks;
    return asks;
  }

  /**
   * Let another form of the page ask for something, after which the dialog goes on with what there is then.
   *
   * @param {object} dialog As for `run`, of which it has its `words`, `wish`, `part` and `button`; in place of `renew` it says the
   *   element where the person goes `on`.
   */
  function also(dialog) {
    at(dialog.part || "form").addEventListener("submit", (event) => submit(event, dialog, webApi()));
  }

  /** Show another form of the page in place of everything that is asked or said. */
  function turnTo(part) {
    for (const other of document.querySelectorAll("form, #after")) other.hidden = other.id !== part;
    outcome("", "");
  }

  /** Something that was asked for is under way. */
  function isBusy() {
    return busy;
  }

  function webApi() {
    return window.parent.Xrm && window.parent.Xrm.WebApi;
  }

  /**
   * Offer another request instead of the form's.
   *
   * @param {object} dialog As for `run`, with the `part` of the page that is shown for it, its `button`, and how it is asked for
   *   `again` after a refusal.
   */
  function offer(dialog) {
    at(dialog.button).addEventListener("click", (event) => submit(event, dialog, webApi()));
    at(dialog.part).hidden = false;
    at("again").textContent = dialog.again;
    end(false);
    at("close").classList.remove("first"); // the request is what is meant to be pressed
  }

  /** There is nothing to ask: say why, and offer the way out. */
  function nothing(words) {
    outcome("Failed", words);
    end(false);
  }

  async function submit(event, dialog, api) {
    event.preventDefault();
    const wish = busy ? null : dialog.wish();
    if (!wish) return;
    work(true, dialog);
    outcome("Waiting", dialog.words.working);
    try {
      const id = await Jobs.ask(api, wish.row, wish.same);
      const rest = await Jobs.followed(api, id, (job) => tell(job, dialog.words));
      await finish(dialog, rest || { state: "Confirming", message: "The result is not known yet." });
    } catch (error) {
      if (error instanceof Jobs.Taken) return finish(dialog, { state: "Refused", message: taken(dialog, error.first) });
      work(false, dialog);
      const words = error instanceof Jobs.Unsure ? `It is not known whether your request arrived. ${AGAIN}` : dialog.words.refused;
      outcome("Unasked", `${words} (${error.message})`);
      at(dialog.button || "submit").focus();
    }
  }

  function taken(dialog, first) {
    return first.message ? `${dialog.words.taken} It says: ${first.message}` : dialog.words.taken;
  }

  /** Say where the job stands on its way. */
  function tell(job, words) {
    outcome(job.state, said(job, words));
  }

  /** What a job says. What is not known is called confirming, never failed. */
  function said({ state, message }, words) {
    if (state === "Confirming") return `Confirming. ${message} ${LEAVE}`;
    if (state === "Running") return words.working;
    return message || WORDS[state] || state;
  }

  async function finish(dialog, job) {
    at(dialog.part || "form").hidden = true;
    try {
      await (dialog.on ? goOn(dialog) : dialog.renew());
    } catch {
      at("sheet").hidden = true; // amounts of before would contradict what the job says
      end(true);
    }
    tell(job, dialog.words);
    if (dialog.on) return dialog.on().focus();
    at("close").classList.add("first");
    end(job.state === "Refused" || job.state === "Failed");
    at("outcome").focus();
  }

  /** Read and show everything again. */
  async function goOn(dialog) {
    work(false, dialog);
    await page.read(webApi(), rowId());
    reveal();
  }

  function rowId() {
    return new URLSearchParams(location.search).get("data") || "";
  }

  /** Offer the way out, and after a refusal a fresh look, which is a new request. */
  function end(again) {
    at("again").hidden = !again;
    at("after").hidden = false;
  }

  function work(on, dialog) {
    busy = on;
    at(dialog.button || "submit").setAttribute("aria-disabled", String(on));
    const part = at(dialog.part || "form");
    for (const field of part.querySelectorAll("input")) field.readOnly = on;
    for (const field of part.querySelectorAll("select")) field.disabled = on;
    for (const [id, label] of Object.entries(WAYS_OUT)) {
      if (part.contains(at(id))) at(id).textContent = on ? "Close" : label;
    }
  }

  function outcome(state, words) {
    at("outcome").dataset.state = state;
    at("outcome").textContent = words;
  }

  /**
   * The amount that was entered, in minor units; null when it is refused, which is said at the field with what is permitted.
   *
   * @param {{most: bigint, places: number, currency: string, of: string, verb: string}} limit `of` is what the most is of.
   */
  function amount({ most, places, currency, of, verb }) {
    const money = (units) => `${Amounts.text(units, places)} ${currency}`;
    const asked = Amounts.minor(at("amount").value, places);
    const has = places ? `${places} decimal places` : "no decimal places";
    const limit = `${verb} at most ${money(most)}.`;
    let wrong = "";
    if (asked === null) {
      wrong = `Write the amount like ${Amounts.text(most, places)}, without thousands separators; ${currency} has ${has}. ${limit}`;
    } else if (asked <= 0n) {
      wrong = `The amount must be above zero. ${limit}`;
    } else if (asked > most) {
      wrong = `${money(asked)} is more than ${of}. ${limit}`;
    }
    return accept("amount", wrong) ? asked : null;
  }

  /**
   * The reason that was entered, on one line; null when it is refused, which is said at the field.
   *
   * @param {{why: string, where: string}} told What the reason is for, and what becomes of it.
   */
  function reason({ why, where }) {
    return sentence("reason", `Say why ${why}, in at most ${REASON_MAX} characters; ${where}.`);
  }

  /** What was entered in a field, on one line; null when there is nothing or too much, which is said at the field as `wrong`. */
  function sentence(field, wrong) {
    const said = at(field).value.trim().replace(/\s+/g, " ");
    return accept(field, said && said.length <= REASON_MAX ? "" : wrong) ? said : null;
  }

  /** Show texts at their places, by the ids of these, and the sheet that they stand on. */
  function facts(texts) {
    for (const [id, text] of Object.entries(texts)) at(id).textContent = text;
    at("sheet").hidden = false;
  }

  /** Say at a field what is wrong with it, and go there; whether nothing is. */
  function accept(field, wrong) {
    at(`${field}-error`).textContent = wrong;
    at(field).setAttribute("aria-invalid", String(Boolean(wrong)));
    if (wrong) at(field).focus();
    return !wrong;
  }

  /** Close the dialog. No function for it is documented; where the window stays, its own cross is named. */
  async function close() {
    window.close();
    await Jobs.pause(500);
    outcome(at("outcome").dataset.state, `${at("outcome").textContent} Close this window with the cross above.`.trim());
  }

  return { run, also, reveal, turnTo, isBusy, offer, nothing, end, close, amount, reason, sentence, facts, FORMATTED };
})();

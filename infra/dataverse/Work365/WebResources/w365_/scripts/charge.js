// The dialog that charges an invoice. It does all the work itself, since a dialog gives nothing back to who opened it: it shows the
// invoice, asks for a profile and an amount, makes one job, and says what the job says. Whether the amount fits is checked here
// for comfort; the functions check it again against the rows of that moment.
"use strict";

(function () {
  const { Amounts, Jobs, Sheet } = Work365;
  const api = window.parent.Xrm.WebApi;
  const invoiceId = new URLSearchParams(location.search).get("data") || "";
  const CHARGE = 365000000;
  const at = (id) => document.getElementById(id);

  /** What was read of the invoice when the dialog opened, and the key of the one wish that it makes. */
  let sheet = null;
  let key = "";
  let busy = false;

  async function open() {
    if (!/^[0-9a-f-]{36}$/i.test(invoiceId)) return nothing("This dialog was opened without an invoice.");
    outcome("", "Reading the invoice …");
    try {
      [sheet, key] = await Promise.all([Sheet.read(api, invoiceId), Jobs.nextKey(api, `charge:${invoiceId}`)]);
    } catch (error) {
      return nothing(`The invoice could not be read: ${error.message}`);
    }
    show();
  }

  function nothing(words) {
    outcome("Failed", words);
    end(false);
  }

  function show() {
    const { invoice, currency, balance, places, profiles } = sheet;
    Sheet.showFacts(invoice);
    Sheet.showLines(sheet.lines);
    outcome("", "");
    if (balance === null || balance <= 0n) return nothing("Nothing is open on this invoice; there is nothing to charge.");
    if (!profiles.length) return showNobody(invoice.w365_Account, currency);
    Sheet.showProfiles(profiles, invoice);
    at("currency").textContent = currency;
    at("hint").textContent = `At most the balance, ${money(balance)}. A lower amount leaves the invoice partly paid.`;
    at("amount").value = Amounts.text(balance, places);
    at("form").hidden = false;
    at("amount").focus();
    at("amount").select();
  }

  function showNobody(account, currency) {
    at("nobody-words").textContent = `${account.name} has no payment profile that can be charged. `;
    const command = document.createElement("code");
    command.textContent = `w365 profile request ${account.accountnumber || "<account number>"} --currency ${currency}`;
    at("nobody-words").append(
      "Create one with a request link, on whose page the customer enters a card or a bank account: ask an administrator to run ",
      command,
      " and send the customer what it prints. Once the customer has, charge again.",
    );
    at("nobody").hidden = false;
    end(false);
  }

  async function submit(event) {
    event.preventDefault();
    if (busy) return;
    const amount = Amounts.minor(at("amount").value, sheet.places);
    const wrong = refusal(amount);
    at("error").textContent = wrong;
    at("amount").setAttribute("aria-invalid", String(Boolean(wrong)));
    if (wrong) return at("amount").focus();
    work(true);
    outcome("Waiting", `Charging ${money(amount)} …`);
    await charge(amount, at("profile").value);
  }

  /** Why an amount cannot be charged, with what can; empty when it can. */
  function refusal(amount) {
    const most = `Charge at most ${money(sheet.balance)}.`;
    const places = sheet.places ? `${sheet.currency} has ${sheet.places} decimal places` : `${sheet.currency} has no decimal places`;
    if (amount === null) {
      return `Write the amount like ${Amounts.text(sheet.balance, sheet.places)}, without thousands separators; ${places}. ${most}`;
    }
    if (amount <= 0n) return `The amount must be above zero. ${most}`;
    return amount > sheet.balance ? `${money(amount)} is more than the balance. ${most}` : "";
  }

  async function charge(amount, profile) {
    const same = (job) => Amounts.minor(job.w365_amount, sheet.places) === amount && job._w365_profile_value === profile;
    try {
      const job = await Jobs.ask(api, row(amount, profile), same);
      const ended = await Jobs.followed(api, job, tell);
      finish(ended || { state: "Confirming", message: "" });
    } catch (error) {
      if (error instanceof Jobs.Taken) return finish({ state: "Refused", message: another(error.first) });
      work(false);
      outcome("Unasked", `${error instanceof Jobs.Unsure ? UNSURE : UNASKED} (${error.message})`);
      at("charge").focus();
    }
  }

  function row(amount, profile) {
    return {
      w365_name: `Charge ${sheet.invoice.w365_number || invoiceId}`,
      w365_key: key,
      w365_kind: CHARGE,
      w365_attempts: 0,
      w365_amount: Amounts.number(amount, sheet.places),
      "w365_Invoice@odata.bind": `/w365_invoices(${invoiceId})`,
      "w365_Profile@odata.bind": `/w365_paymentprofiles(${profile})`,
      "transactioncurrencyid@odata.bind": `/transactioncurrencies(${sheet.invoice._transactioncurrencyid_value})`,
    };
  }

  function another(first) {
    const words = first.message ? ` It says: ${first.message}` : "";
    return `Another charge of this invoice was asked for since this window opened, so nothing was charged from here.${words}`;
  }

  const UNASKED = "Your request was refused, and nothing was charged.";
  const UNSURE = "It is not known whether your request arrived. Press Charge again: it stays the same request, which charges once.";
  const WORDS = {
    Waiting: "Waiting for its turn …",
    Running: "Charging …",
    Unread: "The connection is lost; the charge goes on without it. Looking again …",
    Paused: "A person has paused this charge; it goes on when it is asked for again.",
    Cancelled: "A person has cancelled this charge.",
  };
  const LEAVE = "You may close this window: the invoice shows the result as soon as it is known.";

  /** Say where the job stands on its way. What is not known is called confirming, never failed. */
  function tell({ state, message }) {
    if (state === "Confirming") return outcome(state, `Confirming. ${message} ${LEAVE}`);
    outcome(state, message ? `${WORDS[state]} ${message}` : WORDS[state]);
  }

  async function finish({ state, message }) {
    const words = state === "Confirming" ? `Confirming. The result is not known yet. ${LEAVE}` : message || WORDS[state];
    at("form").hidden = true;
    await showAmounts();
    outcome(state, words);
    end(state === "Refused" || state === "Failed");
    at("outcome").focus();
  }

  /** The amounts as they are now; where they cannot be read, none stand here, and the form is where to look. */
  async function showAmounts() {
    try {
      Sheet.showFacts(await Sheet.readInvoice(api, invoiceId));
    } catch {
      at("sheet").hidden = true;
    }
  }

  /** Offer the way out, and after a refusal a fresh look, which is a new request. */
  function end(again) {
    at("again").hidden = !again;
    at("after").hidden = false;
  }

  function work(on) {
    busy = on;
    at("charge").setAttribute("aria-disabled", String(on));
    at("amount").readOnly = at("profile").disabled = on;
    at("cancel").textContent = on ? "Close" : "Cancel";
  }

  function outcome(state, words) {
    at("outcome").dataset.state = state;
    at("outcome").textContent = words;
  }

  function money(units) {
    return `${Amounts.text(units, sheet.places)} ${sheet.currency}`;
  }

  /** Close the dialog. No function for it is documented; where the window stays, its own cross is named. */
  async function close() {
    window.close();
    await Jobs.pause(500);
    outcome(at("outcome").dataset.state, `${at("outcome").textContent} Close this window with the cross above.`.trim());
  }

  at("form").addEventListener("submit", submit);
  at("cancel").addEventListener("click", close);
  at("close").addEventListener("click", close);
  at("again").addEventListener("click", () => location.reload());
  open();
})();

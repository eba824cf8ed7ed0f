// The dialog that charges an invoice: its dates, amounts and lines, the profile that is charged, and the amount, which is the balance.
// A customer who has nothing stored is mailed a link instead, on whose page a card or a bank account is entered.
"use strict";

(function () {
  const { Amounts, Dialog, Jobs, Sheet } = Work365;
  const CHARGE = 365000000;
  const REQUEST_PROFILE = 365000020;
  const at = (id) => document.getElementById(id);
  const words = {
    place: "Open this dialog with Charge on the form of an invoice.",
    reading: "Reading the invoice …",
    unread: "The invoice could not be read:",
    working: "Charging …",
    refused: "Your request was refused, and nothing was charged.",
    taken: "Another charge of this invoice was asked for since this window opened, so nothing was charged from here.",
  };
  const mailing = {
    working: "Mailing the link …",
    refused: "Your request was refused, and nothing was mailed.",
  };

  /** What was read of the invoice when the dialog opened, and the keys of the wishes that it makes: one of each at most. */
  let sheet = null;
  let key = "";
  let requestKey = "";
  let renew = null;

  async function read(api, id) {
    const keys = [`charge:${id}`, `request-profile:${id}`].map((stem) => Jobs.nextKey(api, stem));
    [sheet, key, requestKey] = await Promise.all([Sheet.read(api, id), ...keys]);
    renew = async () => Sheet.showFacts(await Sheet.readInvoice(api, id));
  }

  function show() {
    const { invoice, currency, places, balance, profiles, waits } = sheet;
    Sheet.showFacts(invoice);
    Sheet.showLines(sheet.lines);
    if (balance === null || balance <= 0n) return Dialog.nothing("Nothing is open on this invoice; there is nothing to charge.");
    if (!profiles.length) return showNobody(invoice.w365_Account, waits);
    Sheet.showProfiles(profiles, invoice);
    const most = Amounts.text(balance, places);
    at("currency").textContent = currency;
    at("hint").textContent = `At most the balance, ${most} ${currency}. A lower amount leaves the invoice partly paid.`;
    at("amount").value = most;
    return true;
  }

  /** Nothing can be charged: say so, and offer to ask the customer. Whether that is possible the functions say. */
  function showNobody(account, waits) {
    at("nobody-words").textContent =
      `${account.name} has no payment profile that can be charged. ` +
      (waits ? "One waits for the customer or the bank: see Payment profiles on the customer's form. " : "") +
      "Mail a request link: on its page the customer enters a card or a bank account. Then charge again.";
    Dialog.offer({ part: "nobody", button: "mail", again: "Ask again", words: mailing, wish: request, renew: () => renew() });
  }

  function request() {
    const { invoice } = sheet;
    return {
      same: () => true, // a key names the invoice, and that is all there is to ask for
      row: {
        w365_name: `Request profile ${invoice.w365_number || invoice.w365_invoiceid}`,
        w365_key: requestKey,
        w365_kind: REQUEST_PROFILE,
        w365_attempts: 0,
        "w365_Invoice@odata.bind": `/w365_invoices(${invoice.w365_invoiceid})`,
      },
    };
  }

  function wish() {
    const { invoice, places, currency, balance } = sheet;
    const amount = Dialog.amount({ most: balance, places, currency, of: "the balance", verb: "Charge" });
    if (amount === null) return null;
    const profile = at("profile").value;
    return {
      same: (job) => Amounts.minor(job.w365_amount, places) === amount && job._w365_profile_value === profile,
      row: {
        w365_name: `Charge ${invoice.w365_number || invoice.w365_invoiceid}`,
        w365_key: key,
        w365_kind: CHARGE,
        w365_attempts: 0,
        w365_amount: Amounts.number(amount, places),
        "w365_Invoice@odata.bind": `/w365_invoices(${invoice.w365_invoiceid})`,
        "w365_Profile@odata.bind": `/w365_paymentprofiles(${profile})`,
        "transactioncurrencyid@odata.bind": `/transactioncurrencies(${invoice._transactioncurrencyid_value})`,
      },
    };
  }

  Dialog.run({ words, read, show, wish, renew: () => renew() });
})();

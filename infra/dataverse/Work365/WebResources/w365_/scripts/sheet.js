// An invoice as dialogs show it: its dates and amounts, its lines, and the payment profiles of its customer. Amounts are shown as
// Dataverse writes them for this person, and compared in minor units.
"use strict";

var Work365 = window.Work365 || {};

Work365.Sheet = (function () {
  const { Amounts, Dialog } = Work365;
  const ACTIVE = 1;
  const PENDING = 365000001;
  const LINES_SHOWN = 100;
  const { FORMATTED } = Dialog;
  const INVOICE =
    "?$select=w365_number,w365_invoicedate,w365_duedate,w365_total,w365_amountcharged,w365_balance,_w365_account_value," +
    "_transactioncurrencyid_value&$expand=transactioncurrencyid($select=isocurrencycode,currencyprecision)," +
    "w365_Account($select=name),w365_Contract($select=_w365_paymentprofile_value,_w365_account_value)";
  const PROFILE = "?$select=w365_name,w365_brand,w365_lastfour,w365_expirymonth,w365_expiryyear,w365_isdefault,statuscode";
  const at = (id) => document.getElementById(id);

  /**
   * Read an invoice with what is needed to pay it.
   *
   * @param {object} api Xrm.WebApi
   * @param {string} id
   * @returns {Promise<object>} The invoice's row, its `currency`, that one's `places`, its `balance` in minor units, its `lines` as
   *   they were answered, the `profiles` that may be charged, newest first, and whether one `waits` for the customer or the bank.
   */
  async function read(api, id) {
    const invoice = await readInvoice(api, id);
    const line = `?$select=w365_description,w365_quantity,w365_amount&$filter=_w365_invoice_value eq ${id}&$orderby=w365_ordinal`;
    const mine = `_w365_account_value eq ${invoice._w365_account_value} and (statuscode eq ${ACTIVE} or statuscode eq ${PENDING})`;
    const [lines, profiles] = await Promise.all([
      api.retrieveMultipleRecords("w365_invoiceline", line, LINES_SHOWN),
      api.retrieveMultipleRecords("w365_paymentprofile", `${PROFILE}&$filter=${mine}&$orderby=createdon desc`),
    ]);
    const { isocurrencycode: currency, currencyprecision: places } = invoice.transactioncurrencyid;
    const balance = Amounts.minor(invoice.w365_balance, places);
    const [active, waiting] = [ACTIVE, PENDING].map((status) => profiles.entities.filter((one) => one.statuscode === status));
    return { invoice, currency, places, balance, lines, profiles: active, waits: waiting.length > 0 };
  }

  function readInvoice(api, id) {
    return api.retrieveRecord("w365_invoice", id, INVOICE);
  }

  function showFacts(invoice) {
    Dialog.facts({
      title: `Invoice ${invoice.w365_number || "without a number"}`,
      customer: invoice.w365_Account.name,
      invoiced: invoice[`w365_invoicedate${FORMATTED}`] || "–",
      due: invoice[`w365_duedate${FORMATTED}`] || "–",
      total: invoice[`w365_total${FORMATTED}`],
      charged: invoice[`w365_amountcharged${FORMATTED}`],
      balance: invoice[`w365_balance${FORMATTED}`],
    });
  }

  function showLines({ entities, nextLink }) {
    const cells = entities.map((line) => [
      line.w365_description,
      String(line.w365_quantity ?? ""), // as few digits as it needs, where the format of the column has four places
      line[`w365_amount${FORMATTED}`],
    ]);
    if (nextLink) cells.push([`… and more than ${LINES_SHOWN} lines; the form shows all`, "", ""]);
    at("rows").replaceChildren(...cells.map(tableRow));
    at("lines").hidden = !cells.length;
  }

  function tableRow(texts) {
    const row = document.createElement("tr");
    texts.forEach((text, place) => {
      const cell = row.insertCell();
      cell.textContent = text;
      if (place) cell.className = "figure";
    });
    return row;
  }

  /** The contract's profile comes first, then the customer's default one: what is charged when nobody chooses. */
  function showProfiles(profiles, invoice) {
    at("profile").replaceChildren(...profiles.map((one) => new Option(label(one), one.w365_paymentprofileid)));
    const contract = invoice.w365_Contract; // it says how its own customer is charged, and nobody else
    const agreed = contract && contract._w365_account_value === invoice._w365_account_value && contract._w365_paymentprofile_value;
    const first = profiles.find((one) => one.w365_paymentprofileid === agreed) || profiles.find((one) => one.w365_isdefault);
    if (first) at("profile").value = first.w365_paymentprofileid;
  }

  /** How a person knows a profile: "Visa ending 4242, expires 12/2027". */
  function label(profile) {
    const what = profile.w365_brand || profile.w365_name;
    const ending = profile.w365_lastfour ? ` ending ${profile.w365_lastfour}` : "";
    const month = String(profile.w365_expirymonth || "").padStart(2, "0");
    return what + ending + (profile.w365_expiryyear ? `, expires ${month}/${profile.w365_expiryyear}` : "");
  }

  return { read, readInvoice, showFacts, showLines, showProfiles, label };
})();

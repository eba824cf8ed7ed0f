// The dialog that gives money of a payment back: what was paid and what is left of it, the amount, which is all that is left, and why.
"use strict";

(function () {
  const { Amounts, Dialog, Jobs, Sheet } = Work365;
  const REFUND = 365000012;
  const OPEN = 0;
  const { FORMATTED } = Dialog;
  const PAYMENT =
    "?$select=w365_amount,w365_spare,statuscode,_w365_invoice_value,_transactioncurrencyid_value" +
    "&$expand=transactioncurrencyid($select=isocurrencycode,currencyprecision),w365_Invoice($select=w365_number)," +
    "w365_Account($select=name),w365_Profile($select=w365_name,w365_brand,w365_lastfour,w365_expirymonth,w365_expiryyear)";
  const at = (id) => document.getElementById(id);
  const words = {
    place: "Open this dialog with Refund on the form of a payment.",
    reading: "Reading the payment …",
    unread: "The payment could not be read:",
    working: "Giving back …",
    refused: "Your request was refused, and nothing was given back.",
    taken: "Another refund of this payment was asked for since this window opened, so nothing was given back from here.",
  };

  /** What was read of the payment, what is left of it in minor units, and the key of the one wish that the dialog makes. */
  let sheet = null;
  let key = "";
  let renew = null;

  async function read(api, id) {
    [sheet, key] = await Promise.all([readPayment(api, id), Jobs.nextKey(api, `refund:${id}`)]);
    renew = async () => showFacts(await readPayment(api, id));
  }

  /** What is left of a payment is what invoices use of it and what is spare, less what is on its way back. */
  async function readPayment(api, id) {
    const of = `&$filter=_w365_payment_value eq ${id}`;
    const [payment, allocations, refunds] = await Promise.all([
      api.retrieveRecord("w365_payment", id, PAYMENT),
      api.retrieveMultipleRecords("w365_allocation", `?$select=w365_amount${of}`),
      api.retrieveMultipleRecords("w365_refund", `?$select=w365_amount${of} and statecode eq ${OPEN}`),
    ]);
    const { isocurrencycode: currency, currencyprecision: places } = payment.transactioncurrencyid;
    const sum = (rows) => rows.entities.reduce((all, row) => all + Amounts.minor(row.w365_amount, places), 0n);
    const left = sum(allocations) + Amounts.minor(payment.w365_spare ?? 0, places) - sum(refunds);
    return { payment, currency, places, left };
  }

  function showFacts({ payment, currency, places, left }) {
    Dialog.facts({
      title: `Payment for ${payment.w365_Invoice.w365_number || "a draft"}`,
      customer: payment.w365_Account ? payment.w365_Account.name : "–",
      status: payment[`statuscode${FORMATTED}`],
      from: payment.w365_Profile ? Sheet.label(payment.w365_Profile) : "–",
      paid: payment[`w365_amount${FORMATTED}`],
      left: `${Amounts.text(left, places)} ${currency}`,
    });
  }

  function show() {
    const { currency, places, left } = sheet;
    showFacts(sheet);
    if (left <= 0n) return Dialog.nothing("Nothing is left of this payment to give back.");
    at("currency").textContent = currency;
    at("hint").textContent = `At most what is left, ${Amounts.text(left, places)} ${currency}. It goes back to where it came from.`;
    at("amount").value = Amounts.text(left, places);
    return true;
  }

  function wish() {
    const { payment, places, currency, left } = sheet;
    const amount = Dialog.amount({ most: left, places, currency, of: "what is left of the payment", verb: "Give back" });
    if (amount === null) return null;
    const reason = Dialog.reason({ why: "the money is given back", where: "the reason is kept with the refund" });
    if (reason === null) return null;
    const said = JSON.stringify({ reason });
    return {
      same: (job) => Amounts.minor(job.w365_amount, places) === amount && job.w365_arguments === said,
      row: {
        w365_name: `Refund ${payment.w365_Invoice.w365_number || payment.w365_paymentid}`,
        w365_key: key,
        w365_kind: REFUND,
        w365_attempts: 0,
        w365_arguments: said,
        w365_amount: Amounts.number(amount, places),
        "w365_Payment@odata.bind": `/w365_payments(${payment.w365_paymentid})`,
        "w365_Invoice@odata.bind": `/w365_invoices(${payment._w365_invoice_value})`,
        "transactioncurrencyid@odata.bind": `/transactioncurrencies(${payment._transactioncurrencyid_value})`,
      },
    };
  }

  Dialog.run({ words, read, show, wish, renew: () => renew() });
})();

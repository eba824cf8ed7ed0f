// What the command bar's buttons call. A button opens a dialog, which makes a row of w365_job and nothing else: Dataverse checks
// that the person may, the functions do the work, and the row says what became of it.
"use strict";

var Work365 = window.Work365 || {};

Work365.Commands = (function () {
  const INVOICE = { issued: 365000002, partial: 365000003, kind: 365000000 };
  const PAYMENT = { succeeded: 2 };
  const KINDS = { charge: 365000000, refund: 365000012, release: 365000022, tick: 365000024 };
  const UNDER_WAY = "w365_underway";
  const LOOK_EVERY_MS = 2000, LOOKS = 300;

  /**
   * Whether something is left to charge on the invoice of a form.
   *
   * @param {object} form PrimaryControl
   * @returns {boolean}
   */
  function isChargeable(form) {
    const isOpen = [INVOICE.issued, INVOICE.partial].includes(value(form, "statuscode"));
    return isOpen && value(form, "w365_kind") === INVOICE.kind && value(form, "w365_balance") > 0;
  }

  /**
   * Whether money of the payment of a form came through a gateway, which can give it back.
   *
   * @param {object} form PrimaryControl
   * @returns {boolean}
   */
  function isRefundable(form) {
    return value(form, "statuscode") === PAYMENT.succeeded && Boolean(value(form, "w365_profile"));
  }

  /**
   * Whether the account of a form is on hold.
   *
   * @param {object} form PrimaryControl
   * @returns {boolean}
   */
  function isOnHold(form) {
    return value(form, "creditonhold") === true;
  }

  /**
   * Whether the account of a form was ever asked for anything.
   *
   * @param {object} form PrimaryControl
   * @returns {boolean}
   */
  function hasChecklist(form) {
    return Boolean(value(form, "w365_documents"));
  }

  function value(form, name) {
    const attribute = form.getAttribute(name);
    return attribute && attribute.getValue();
  }

  /**
   * Ask what to charge, then show on the form what became of it.
   *
   * @param {object} form PrimaryControl
   */
  function charge(form) {
    return ask(form, "Charge", "w365_/dialogs/charge.html", (id) => `_w365_invoice_value eq ${id} and w365_kind eq ${KINDS.charge}`);
  }

  /**
   * Ask what to give back, then show on the form what became of it.
   *
   * @param {object} form PrimaryControl
   */
  function refund(form) {
    return ask(form, "Refund", "w365_/dialogs/refund.html", (id) => `_w365_payment_value eq ${id} and w365_kind eq ${KINDS.refund}`);
  }

  /**
   * Show what is missing, or ask why the account is released, then show on the form what became of it.
   *
   * @param {object} form PrimaryControl
   */
  function release(form) {
    return ask(form, "Release", "w365_/dialogs/release.html", ofAccount);
  }

  /**
   * Show what the account has to bring, and let it be ticked, then show on the form what became of it.
   *
   * @param {object} form PrimaryControl
   */
  function checklist(form) {
    return ask(form, "Checklist", "w365_/dialogs/checklist.html", ofAccount);
  }

  /** The jobs of either dialog: both tick. */
  function ofAccount(id) {
    const made = (kind) => `(startswith(w365_key,'${kind}:${id}:') and w365_kind eq ${KINDS[kind]})`;
    return `(${made("release")} or ${made("tick")})`;
  }

  /** Open a dialog for the row of a form; `jobs` says which jobs it may have made. */
  async function ask(form, title, dialog, jobs) {
    const id = form.data.entity.getId().replace(/[{}]/g, "").toLowerCase();
    if (form.data.getIsDirty()) await form.data.save(); // showing the figures again takes away what was not saved
    const size = { width: { value: 600, unit: "px" }, height: { value: 640, unit: "px" } };
    const page = { pageType: "webresource", webresourceName: dialog, data: id };
    await Xrm.Navigation.navigateTo(page, { target: 2, position: 1, title, ...size });
    await watch(form, jobs(id));
  }

  /** Show the figures again; while a job is not done say so, look again every other second, and show them once more at its end. */
  async function watch(form, jobs) {
    let open = await isOpen(jobs);
    await refresh(form);
    for (let look = 0; open && look < LOOKS; look += 1) {
      form.ui.setFormNotification("What you asked for is under way. The result follows here by itself.", "INFO", UNDER_WAY);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      open = await isOpen(jobs);
      if (!open) await refresh(form);
    }
    form.ui.clearFormNotification(UNDER_WAY);
  }

  async function isOpen(jobs) {
    const asked = `?$select=w365_jobid&$filter=${jobs} and statecode eq 0`;
    return (await Xrm.WebApi.retrieveMultipleRecords("w365_job", asked, 1)).entities.length > 0;
  }

  async function refresh(form) {
    await form.data.refresh(false);
    form.ui.refreshRibbon();
  }

  return { isChargeable, charge, isRefundable, refund, isOnHold, release, hasChecklist, checklist };
})();

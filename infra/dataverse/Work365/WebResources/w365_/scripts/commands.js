// What the command bar's buttons call. A button opens a dialog, which makes a row of w365_job and nothing else: Dataverse checks
// that the person may, the functions do the work, and the row says what became of it.
"use strict";

var Work365 = window.Work365 || {};

Work365.Commands = (function () {
  const OPEN = [365000002, 365000003]; // Issued, Partial
  const INVOICE = 365000000;
  const CHARGE = 365000000;
  const CONFIRMING = "w365_confirming";
  const LOOK_EVERY_MS = 2000, LOOKS = 300;

  /**
   * Whether something is left to charge on the invoice of a form.
   *
   * @param {object} form PrimaryControl
   * @returns {boolean}
   */
  function isChargeable(form) {
    const value = (name) => form.getAttribute(name) && form.getAttribute(name).getValue();
    return OPEN.includes(value("statuscode")) && value("w365_kind") === INVOICE && value("w365_balance") > 0;
  }

  /**
   * Ask what to charge, then show on the form what became of it.
   *
   * @param {object} form PrimaryControl
   */
  async function charge(form) {
    const id = form.data.entity.getId().replace(/[{}]/g, "").toLowerCase();
    if (form.data.getIsDirty()) await form.data.save(); // showing the figures again takes away what was not saved
    await Xrm.Navigation.navigateTo(
      { pageType: "webresource", webresourceName: "w365_/dialogs/charge.html", data: id },
      {
        target: 2,
        position: 1,
        width: { value: 600, unit: "px" },
        height: { value: 640, unit: "px" },
        title: "Charge",
      },
    );
    await watch(form, id);
  }

  /** Show the figures again; while a charge is not done say so, look again every other second, and show them once more at its end. */
  async function watch(form, id) {
    let open = await isOpen(id);
    await refresh(form);
    for (let look = 0; open && look < LOOKS; look += 1) {
      form.ui.setFormNotification("A charge is on its way. The amounts follow here by themselves.", "INFO", CONFIRMING);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      open = await isOpen(id);
      if (!open) await refresh(form);
    }
    form.ui.clearFormNotification(CONFIRMING);
  }

  async function isOpen(id) {
    const asked = `?$select=w365_jobid&$filter=_w365_invoice_value eq ${id} and w365_kind eq ${CHARGE} and statecode eq 0`;
    return (await Xrm.WebApi.retrieveMultipleRecords("w365_job", asked, 1)).entities.length > 0;
  }

  async function refresh(form) {
    await form.data.refresh(false);
    form.ui.refreshRibbon();
  }

  return { isChargeable, charge };
})();

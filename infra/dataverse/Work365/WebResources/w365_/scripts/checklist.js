// The dialog of a customer's checklist, for whoever may tick: who holds the customer, who has seen what, and a button for each item.
"use strict";

(function () {
  const { Dialog, Entries } = Work365;
  const words = {
    place: "Open this dialog with Checklist on the form of an account.",
    reading: "Reading the checklist …",
    unread: "The account could not be read:",
  };
  const marking = Entries.marking();
  let sheet = null;

  async function read(api, id) {
    sheet = await Entries.read(api, id);
  }

  /** Nothing is asked before somebody presses the button of an item. */
  function show() {
    Entries.show(sheet);
    if (!sheet.entries.length) return Dialog.nothing("This customer was never asked for anything: w365 hold checklist start does it.");
    return Dialog.end(false);
  }

  Dialog.run({ ...marking, words: { ...words, ...marking.words, unread: words.unread }, read, show });
})();

// A wish of the person at the screen is a row of w365_job: it is written once, and read until the functions have said what came of
// it. Dataverse checks that the person may. See docs/adr/0006-who-may-charge.md.
"use strict";

var Work365 = window.Work365 || {};

Work365.Jobs = (function () {
  const TABLE = "w365_job";
  const COLUMNS = "w365_jobid,w365_key,w365_amount,w365_arguments,_w365_profile_value,w365_message,statuscode";
  const STATES = {
    1: "Waiting",
    365000001: "Running",
    365000002: "Confirming",
    365000003: "Paused",
    365000004: "Waits for approval",
    2: "Succeeded",
    365001001: "Refused",
    365001002: "Failed",
    365001003: "Cancelled",
  };
  const RESTS = ["Paused", "Waits for approval", "Succeeded", "Refused", "Failed", "Cancelled"]; // nothing more happens by itself
  const QUICK_MS = 250, QUICK_TURNS = 12, STEADY_MS = 1500, CONFIRMING_MS = 3000;
  const PATIENCE_MS = 600000;

  /** The same key stands for another wish already. `first` is what that one says. */
  class Taken extends Error {
    constructor(first) {
      super("another request was made meanwhile");
      this.first = first;
    }
  }

  /** Neither is there an answer to the request, nor can it be seen whether the job is there. */
  class Unsure extends Error {}

  /**
   * The key of the next wish of a kind: "charge:<invoice>:3" when two were made before.
   *
   * Whoever looks at the same rows gets the same key, so a second click, a try after a lost answer and a second window are one
   * request: Dataverse holds keys apart.
   *
   * @param {object} api Xrm.WebApi
   * @param {string} stem What the wish is about, without its number.
   * @returns {Promise<string>}
   */
  async function nextKey(api, stem) {
    const asked = `?$select=w365_key&$filter=startswith(w365_key,'${stem}:')&$orderby=createdon desc`;
    const found = await api.retrieveMultipleRecords(TABLE, asked, 50);
    const numbers = found.entities.map((row) => row.w365_key.slice(stem.length + 1)).filter((end) => /^\d{1,9}$/.test(end));
    return `${stem}:${numbers.reduce((most, end) => Math.max(most, parseInt(end, 10)), 0) + 1}`;
  }

  /**
   * Make a job, or find the one that was made with its key before.
   *
   * An error of the request says nothing about the row: its answer may be what got lost. So the key is looked up, whatever the
   * error was.
   *
   * @param {object} api Xrm.WebApi
   * @param {object} row The columns of the job; `w365_key` makes it one of a kind.
   * @param {function(object): boolean} same Whether a job asks for the same.
   * @returns {Promise<string>} The id of the job.
   * @throws {Taken} when the key stands for another wish, {Unsure} when nobody knows; else Dataverse's own refusal.
   */
  async function ask(api, row, same) {
    try {
      return (await api.createRecord(TABLE, row)).id;
    } catch (refusal) {
      const first = await made(api, row.w365_key, refusal);
      if (!first) throw refusal;
      if (!same(first)) throw new Taken(said(first));
      return first.w365_jobid;
    }
  }

  async function made(api, key, refusal) {
    const asked = `?$select=${COLUMNS}&$filter=w365_key eq '${key}'`;
    try {
      return (await api.retrieveMultipleRecords(TABLE, asked, 1)).entities[0];
    } catch {
      throw new Unsure(refusal.message);
    }
  }

  /**
   * Read a job until it rests.
   *
   * @param {object} api Xrm.WebApi
   * @param {string} id
   * @param {function({state: string, message: string}): void} tell Hears each state on the way.
   * @returns {Promise<{state: string, message: string}|null>} How it rests; null when it does not, ten minutes later.
   */
  async function followed(api, id, tell) {
    const until = Date.now() + PATIENCE_MS;
    for (let turn = 0; Date.now() < until; turn += 1) {
      const job = await read(api, id);
      if (RESTS.includes(job.state)) return job;
      tell(job);
      const pace = turn < QUICK_TURNS ? QUICK_MS : STEADY_MS;
      await pause(job.state === "Confirming" ? CONFIRMING_MS : pace);
    }
    return null;
  }

  /** What a job says now. A connection that is lost for a while changes nothing about the job: it is read again. */
  async function read(api, id) {
    try {
      return said(await api.retrieveRecord(TABLE, id, `?$select=${COLUMNS}`));
    } catch {
      return { state: "Unread", message: "" };
    }
  }

  function said(row) {
    return { state: STATES[row.statuscode] || "Another", message: row.w365_message || "" };
  }

  function pause(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }

  return { Taken, Unsure, nextKey, ask, followed, pause };
})();

// What a model-driven form gives to scripts, as far as ours use it, over the tenant's own Web API. Strict as the real thing: what it
// does not know it refuses. Every row is real, every right is that of the person in `user`.
//
// Source: learn.microsoft.com, "Client API reference": Xrm.WebApi, Xrm.Navigation.navigateTo, formContext.data and formContext.ui.
"use strict";

const asked = new URLSearchParams(location.search);
const HOST = { user: asked.get("user"), table: asked.get("table"), id: asked.get("id"), columns: [], row: {}, typed: null };
const ROOT = "/api/data/v9.2/";
const KNOWN = { page: ["pageType", "webresourceName", "data"], options: ["target", "position", "width", "height", "title"] };

async function ask(method, path, body) {
  let answer;
  try {
    answer = await fetch(ROOT + path, {
      method,
      headers: {
        Authorization: `Bearer ${HOST.user}`,
        "Content-Type": "application/json",
        Prefer: 'odata.include-annotations="*"',
      },
      body: body && JSON.stringify(body),
    });
  } catch {
    throw { errorCode: 2147746336, message: "An unexpected error occurred." };
  }
  const text = await answer.text();
  if (answer.ok) return text ? JSON.parse(text) : { id: /\(([^)]+)\)$/.exec(answer.headers.get("OData-EntityId"))[1] };
  const { code, message } = JSON.parse(text).error;
  throw { errorCode: parseInt(code, 16), message };
}

const sets = {};
async function setOf(table) {
  sets[table] = sets[table] || ask("GET", `EntityDefinitions(LogicalName='${table}')?$select=EntitySetName,SchemaName`);
  return (await sets[table]).EntitySetName;
}

function refuseOthers(given, known) {
  const other = Object.keys(given).find((name) => !known.includes(name));
  if (other) throw new Error(`nobody knows the option ${other}`);
}

window.Xrm = {
  WebApi: {
    async createRecord(table, row) {
      return { entityType: table, id: (await ask("POST", await setOf(table), row)).id };
    },
    async retrieveRecord(table, id, options = "") {
      return ask("GET", `${await setOf(table)}(${id})${options}`);
    },
    async retrieveMultipleRecords(table, options = "", most = 5000) {
      const found = await ask("GET", (await setOf(table)) + options);
      const entities = found.value.slice(0, most);
      return { entities, nextLink: found["@odata.nextLink"] || (found.value.length > most ? "more" : undefined) };
    },
  },
  Navigation: {
    /** A dialog over the form; the promise gives nothing, and is kept when the dialog is closed. */
    navigateTo(page, options) {
      refuseOthers(page, KNOWN.page);
      refuseOthers(options, KNOWN.options);
      const dialog = document.getElementById("dialog");
      const frame = document.createElement("iframe");
      frame.title = options.title;
      frame.src = `/WebResources/${page.webresourceName}?data=${encodeURIComponent(page.data)}`;
      frame.onload = () => { frame.contentWindow.close = () => dialog.close(); };
      dialog.querySelector("h2").textContent = options.title;
      dialog.style.width = `min(${options.width.value}px, 100vw)`;
      dialog.querySelector("div").style.height = `${options.height.value - 48}px`;
      dialog.querySelector("div").replaceChildren(frame);
      dialog.showModal();
      return new Promise((resolve) => dialog.addEventListener("close", () => { frame.remove(); resolve(); }, { once: true }));
    },
  },
};

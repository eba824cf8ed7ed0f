// A form: the columns that our main form of the table shows, and the command bar that our package describes.
//
// Source: learn.microsoft.com, "Form context", "Define ribbon enable rules" (a command that is disabled is hidden), RibbonTypes.xsd.
"use strict";

const form = {
  data: {
    entity: { getId: () => `{${HOST.id.toUpperCase()}}` },
    getIsDirty: () => HOST.typed !== null,
    async save() {
      HOST.row = await ask("PATCH", `${await setOf(HOST.table)}(${HOST.id})`, HOST.typed);
      HOST.typed = null;
    },
    async refresh(save) {
      if (save) await form.data.save();
      HOST.typed = null;
      HOST.row = await Xrm.WebApi.retrieveRecord(HOST.table, HOST.id);
      document.getElementById("columns").replaceChildren(...HOST.columns.filter(isSet).flatMap(shown));
    },
  },
  ui: {
    refreshRibbon: () => drawCommands(),
    setFormNotification(text, level, id) {
      if (!["ERROR", "WARNING", "INFO"].includes(level) || !id) throw new Error("a notification needs a level and an id");
      Object.assign(document.getElementById("notification"), { textContent: text, hidden: false });
      return true;
    },
    clearFormNotification: () => (document.getElementById("notification").hidden = true),
  },
  getAttribute: (name) => (HOST.columns.includes(name) ? { getValue: () => valueOf(name) } : null),
};

/** Open a dialog past its button. */
form.open = (name) => Xrm.Navigation.navigateTo(
  { pageType: "webresource", webresourceName: name, data: HOST.id },
  { target: 2, position: 1, width: { value: 600, unit: "px" }, height: { value: 640, unit: "px" }, title: "Dialog" },
);

const valueOf = (name) => HOST.row[name] ?? HOST.row[`_${name}_value`] ?? null;
const isSet = (name) => valueOf(name) !== null;

function shown(name) {
  const [term, value] = [document.createElement("dt"), document.createElement("dd")];
  const formatted = "@OData.Community.Display.V1.FormattedValue";
  term.textContent = name;
  value.id = name;
  value.textContent = HOST.row[name + formatted] ?? HOST.row[`_${name}_value${formatted}`] ?? valueOf(name);
  return [term, value];
}

let ribbon = null;

const CHECKS = {
  async CustomRule(rule) {
    return (await called(rule)) === true;
  },
  async EntityPrivilegeRule(rule) {
    if (rule.getAttribute("PrivilegeDepth") !== "Basic") throw new Error("only the least depth is asked for");
    const table = rule.getAttribute("EntityName");
    await setOf(table);
    const name = `prv${rule.getAttribute("PrivilegeType")}${(await sets[table]).SchemaName}`;
    rights[name] = rights[name] || hasRight(name);
    return rights[name];
  },
};
const rights = {}; // an app asks for them once
async function hasRight(name) {
  const me = (await ask("GET", "WhoAmI")).UserId;
  const path = `systemusers(${me})/Microsoft.Dynamics.CRM.RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='${name}')`;
  return (await ask("GET", path)).RolePrivileges.length > 0;
}
const PLATFORM = { "Mscrm.FormStateNotNew": () => true };

async function drawCommands() {
  const bar = document.getElementById("commands");
  const buttons = [];
  for (const one of ribbon.querySelectorAll("Button")) {
    const command = byId("CommandDefinition", one.getAttribute("Command"));
    if (await passes(command, "DisplayRule") && await passes(command, "EnableRule")) buttons.push(drawn(one, command));
  }
  bar.replaceChildren(...buttons);
}

async function passes(command, kind) {
  for (const asked of command.querySelectorAll(kind)) {
    const id = asked.getAttribute("Id");
    if (id in PLATFORM) {
      if (!PLATFORM[id]()) return false;
      continue;
    }
    for (const rule of byId(`RuleDefinitions ${kind}`, id).children) {
      if (!await CHECKS[rule.tagName](rule)) return false;
    }
  }
  return true;
}

function drawn(button, command) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = said(button.getAttribute("LabelText"));
  made.title = said(button.getAttribute("ToolTipDescription"));
  made.setAttribute("aria-label", said(button.getAttribute("Alt")));
  made.addEventListener("click", () => called(command.querySelector("JavaScriptFunction")));
  return made;
}

async function called(action) {
  const library = action.getAttribute("Library").replace("$webresource:", "/WebResources/");
  if (!document.querySelector(`script[src="${library}"]`)) await load(library);
  const path = action.getAttribute("FunctionName").split(".");
  const parameters = [...action.querySelectorAll("CrmParameter")].map((one) => ({ PrimaryControl: form })[one.getAttribute("Value")]);
  return path.reduce((at, name) => at[name], window)(...parameters);
}

function load(library) {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { onload: resolve, onerror: reject });
    script.setAttribute("src", library);
    document.head.append(script);
  });
}

const byId = (kind, id) => [...ribbon.querySelectorAll(kind)].find((one) => one.getAttribute("Id") === id);
const said = (label) => byId("LocLabel", label.replace("$LocLabels:", "")).querySelector("Title").getAttribute("description");

(async function () {
  const read = async (path) => (await fetch(path)).text();
  ribbon = new DOMParser().parseFromString(await read(`/host/${HOST.table}/ribbon.xml`), "text/xml");
  HOST.columns = JSON.parse(await read(`/host/${HOST.table}/columns.json`));
  await form.data.refresh(false);
  await drawCommands();
  document.body.dataset.ready = "yes";
})();

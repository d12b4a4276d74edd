// The page of the notebook. It asks for what other programs may ask for, too: see /docs.

const byId = id => document.getElementById(id);

const view = { name: "", page: 1, turn: 0, events: null };

async function ask(method, path, { json, form, headers = {} } = {}) {
  const options = { method, headers: { ...headers }, body: form };
  if (json !== undefined) {
    options.headers["content-type"] = "application/json";
    options.body = JSON.stringify(json);
  }
  const response = await fetch(path, options);
  if (!response.ok) {
    const problem = await response.json();
    const fields = (problem.errors ?? []).map(error => `${error.name} ${error.detail}`);
    throw new Error([problem.detail ?? problem.title, ...fields].join(" "));
  }
  return response.status === 204 ? null : response.json();
}

// Runs what somebody has asked for, and says what is wrong.
function on(element, event, action) {
  element.addEventListener(event, async happening => {
    happening.preventDefault();
    byId("problem").hidden = true;
    try {
      await action(happening);
    } catch (error) {
      complain(error);
    }
  });
}

function complain(error) {
  byId("problem").textContent = error.message;
  byId("problem").hidden = false;
}

const fieldsOf = form => Object.fromEntries(new FormData(form));

function enter(person) {
  view.name = person.name;
  view.page = 1;
  byId("name").textContent = person.name;
  byId("door").hidden = true;
  byId("member").hidden = byId("notebook").hidden = false;
  view.events = new EventSource("changes");
  // From here on no change is missed, so now is the time to ask for everything.
  view.events.addEventListener("listening", () => show().catch(complain));
  view.events.addEventListener("change", event => {
    const change = JSON.parse(event.data);
    const line = document.createElement("li");
    line.textContent = `${change.by} has ${change.kind} note ${change.number}`;
    byId("changes").prepend(line);
    show().catch(complain);
  });
}

function leave() {
  view.events?.close();
  byId("changes").replaceChildren();
  byId("notes").replaceChildren();
  byId("door").hidden = false;
  byId("member").hidden = byId("notebook").hidden = true;
}

async function show() {
  const turn = ++view.turn;
  const wanted = new URLSearchParams({ search: byId("search").value, page: view.page });
  const found = await ask("GET", `notes?${wanted}`);
  const items = await Promise.all(found.notes.map(itemOf));
  if (turn !== view.turn) return; // somebody has asked again meanwhile
  // What is being written stays.
  if (!document.querySelector("#notes .change:not([hidden])")) {
    byId("notes").replaceChildren(...items);
  }
  byId("total").textContent = `${found.total} found, page ${view.page} of ${found.pages}`;
  byId("previous").disabled = view.page === 1;
  byId("next").disabled = view.page >= found.pages;
  const counts = Object.entries(await ask("GET", "statistics"));
  byId("statistics").textContent = counts.map(([what, count]) => `${what}: ${count}`).join(", ");
}

async function itemOf(note) {
  const item = byId("note").content.cloneNode(true).firstElementChild;
  const part = selector => item.querySelector(selector);
  part("h3").textContent = note.title;
  part(".author").textContent = `${note.number}, by ${note.author}`;
  part(".text").textContent = note.text;
  part(".delete").hidden = note.author !== view.name;
  const change = part(".change");
  change.elements.title.value = note.title;
  change.elements.text.value = note.text;
  on(part(".edit"), "click", () => { change.hidden = !change.hidden; });
  on(change, "submit", async () => {
    const headers = { "if-match": `"${note.version}"` };
    await ask("PUT", `notes/${note.number}`, { json: fieldsOf(change), headers });
    change.hidden = true;
    await show();
  });
  on(part(".delete"), "click", () => ask("DELETE", `notes/${note.number}`));
  on(part(".file"), "change", event => {
    const form = new FormData();
    for (const file of event.target.files) form.append("file", file);
    return ask("POST", `notes/${note.number}/attachments`, { form });
  });
  const attachments = await ask("GET", `notes/${note.number}/attachments`);
  part(".attachments").replaceChildren(...attachments.map(attachmentOf));
  return item;
}

function attachmentOf(attachment) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = `attachments/${attachment.number}`;
  link.textContent = attachment.filename;
  const button = document.createElement("button");
  button.textContent = "Remove";
  on(button, "click", () => ask("DELETE", link.href));
  item.append(link, ` ${attachment.size} octets `, button);
  return item;
}

on(byId("door"), "submit", async event => {
  enter(await ask("POST", event.submitter.value, { json: fieldsOf(event.target) }));
  event.target.reset();
});
on(byId("sign-out"), "click", async () => {
  await ask("DELETE", "session");
  leave();
});
on(byId("draft"), "submit", async event => {
  await ask("POST", "notes", { json: fieldsOf(event.target) });
  event.target.reset();
});
on(byId("search"), "input", () => { view.page = 1; return show(); });
on(byId("previous"), "click", () => { view.page -= 1; return show(); });
on(byId("next"), "click", () => { view.page += 1; return show(); });

ask("GET", "session").then(enter, leave);

// Forms that save by themselves, field by field, to the address that their button sends to (web/forms/itself.py). What
// the button does stays as it is without this. Nothing is kept here but on the page, and the focus is never moved.
const QUIET = 2500; // after the last key
const AGAIN = 20000; // after the connection broke
const LEAVING = 60000; // bytes that a browser still sends for a page that is left

const keep = (form) => {
  const said = form.querySelector("[data-saves-said]");
  const gap = 1000 * Number(form.dataset.saves);
  const typed = new Map(); // the names of fields that are not saved, each with the count of its last change
  let count = 0, last = -gap, timer = 0, sending = null, closing = false, unsaved = "unsaved" in form.dataset;

  const tell = (content, isBad) => {
    const wrap = document.createElement("div");
    wrap.append(content);
    if (wrap.innerHTML !== said.innerHTML) said.replaceChildren(...wrap.childNodes);
    said.classList.toggle("err", isBad);
  };
  const redraw = (place, html) => { // what is focused stays as it is
    if (!place.contains(document.activeElement)) place.innerHTML = html;
  };
  const tellOf = (what) => tell(form.querySelector(`template[data-saves-on=${what}]`).content.cloneNode(true), true);
  const plan = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(wait, last + gap - performance.now()));
  };
  const named = (name) => [...form.elements].filter((field) => field.name === name);
  const put = (name, value) => {
    for (const field of named(name)) {
      if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value;
      else field.value = value;
    }
  };
  const token = (name, value) => {
    if (named(name).length) return put(name, value);
    const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
    form.append(field);
  };
  const accept = (reply, sent) => {
    for (const part of reply.saved) {
      const again = (name) => typed.get(name) !== undefined && typed.get(name) !== sent.get(name);
      if (Object.keys(part.fields).some(again)) continue; // another page changed what is being typed: both are shown later
      for (const [name, value] of Object.entries(part.fields)) put(name, value);
      for (const [name, value] of Object.entries(part.tokens)) token(name, value);
      for (const name of part.names) if (!again(name)) typed.delete(name);
    }
    for (const [id, text] of Object.entries(reply.texts)) document.getElementById(id).textContent = text;
    for (const [id, html] of Object.entries(reply.parts)) redraw(document.getElementById(id), html);
    tell(reply.told, !reply.whole);
    if (typed.size === 0) form.dispatchEvent(new CustomEvent("mix:saved"));
  };
  const ask = async (body, keepalive) => {
    const answer = await fetch(form.action, { method: "POST", body, keepalive, headers: { Accept: "application/json" } });
    const isOurs = answer.headers.get("content-type")?.startsWith("application/json");
    if (isOurs) return await answer.json();
    return { failed: answer.redirected ? "ended" : answer.status < 500 ? "refused" : "broken" };
  };
  const send = async (isLeaving) => {
    const sent = new Map(typed);
    const body = () => {
      const given = new URLSearchParams(new FormData(form));
      for (const name of sent.keys()) given.append("only", name);
      return given;
    };
    last = performance.now();
    try {
      let reply = await ask(body(), isLeaving && String(body()).length < LEAVING);
      if (reply.token) {
        for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = reply.token;
        reply = await ask(body(), false);
      }
      if (reply.saved) accept(reply, sent);
      else tellOf(reply.failed ?? "broken");
      if (reply.failed === "broken") plan(AGAIN);
    } catch {
      tellOf(navigator.onLine ? "broken" : "offline");
      plan(AGAIN);
    }
  };
  const save = (isLeaving = false) => {
    clearTimeout(timer);
    if (typed.size === 0 || sending || closing) return;
    const before = count;
    sending = send(isLeaving).finally(() => {
      sending = null;
      if ([...typed.values()].some((n) => n > before)) plan(QUIET);
    });
  };

  form.addEventListener("input", (event) => {
    if (!event.target.name || event.target.type === "file") return;
    typed.set(event.target.name, (count += 1));
    plan(QUIET);
  });
  form.addEventListener("submit", (event) => {
    if (sending) { // what is on its way arrives first, so that the button does not meet it
      event.preventDefault();
      event.stopImmediatePropagation();
      sending.finally(() => form.requestSubmit(event.submitter));
      return;
    }
    clearTimeout(timer);
    closing = true;
    setTimeout(() => { closing = false; }, 8000); // the page is still here: the browser could not send it
  }, { capture: true });
  // Another button of the page would drop what is typed here: it waits until that is saved.
  document.addEventListener("submit", (event) => {
    if (event.target === form || closing || typed.size === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    save();
    (sending ?? Promise.resolve()).finally(() => {
      const others = new Map(typed);
      typed.clear();
      event.target.requestSubmit(event.submitter);
      for (const [name, n] of others) typed.set(name, n);
    });
  }, { capture: true });
  window.addEventListener("online", () => save());
  window.addEventListener("pageshow", () => { closing = false; });
  document.addEventListener("visibilitychange", () => {
    save(document.visibilityState === "hidden");
  });
  window.addEventListener("beforeunload", (event) => { if (!closing && (unsaved || typed.size)) event.preventDefault(); });
};

for (const form of document.querySelectorAll("form[data-saves]")) keep(form);

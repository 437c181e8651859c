// Small helps on top of pages that work without them: focus on a refusal, word counts, unsaved text, countdown,
// the fingerprint of a file before it is sent, no double click.
const refusal = document.querySelector("[data-focus]");
if (refusal) refusal.focus();

for (const area of document.querySelectorAll("textarea[data-words]")) {
  const hint = document.getElementById(area.getAttribute("aria-describedby").split(" ").pop());
  const count = hint.querySelector("[data-so-far]");
  const show = () => {
    const words = area.value.split(/\s+/).filter(Boolean).length;
    count.textContent = `${words}`;
    count.classList.toggle("over-limit", words > Number(area.dataset.words));
  };
  area.addEventListener("input", show);
  show();
}

// Text that was typed and not sent survives a closed tab. Sealed forms opt out with data-sealed.
for (const form of document.querySelectorAll("form[data-keep]:not([data-sealed])")) {
  const key = `mix:${location.pathname}:${form.dataset.keep}`;
  const fields = [...form.querySelectorAll("textarea[name]")];
  const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
  if (kept && fields.some((f) => kept[f.name] && kept[f.name] !== f.value)) {
    const offer = form.querySelector("[data-offer]");
    if (offer) {
      offer.hidden = false;
      offer.querySelector("button").addEventListener("click", () => {
        for (const field of fields) if (kept[field.name]) field.value = kept[field.name];
        offer.hidden = true;
      });
    }
  }
  form.addEventListener("input", () => {
    sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(fields.map((f) => [f.name, f.value]))));
  });
  for (const done of ["submit", "mix:saved"]) form.addEventListener(done, () => sessionStorage.removeItem(key));
}

for (const clock of document.querySelectorAll("[data-until]")) {
  const until = Date.parse(clock.dataset.until);
  const skew = Date.parse(clock.dataset.now) - Date.now();
  const tick = () => {
    const seconds = Math.max(0, Math.floor((until - Date.now() - skew) / 1000));
    if (seconds < 86400) {
      const two = (n) => String(n).padStart(2, "0");
      clock.textContent = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
      setTimeout(tick, 1000);
    }
  };
  tick();
}

for (const input of document.querySelectorAll("input[type=file][data-hash]")) {
  const target = document.getElementById(input.dataset.hash);
  target.textContent = "–";
  input.addEventListener("change", async () => {
    const file = input.files[0];
    if (!file || file.size > 104857600 || !crypto.subtle) return;
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    target.textContent = [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
  });
}

// The words of a share: pasted into any box they fill the boxes; a wrong one is named before anything is sent, and so
// is a checksum that does not hold (RS1024 of SLIP-39, over ten bits a word).
const nearest = (word, list) => {
  const pairs = (text) => new Set([...text].map((c, i) => c + (text[i + 1] ?? "")));
  const own = pairs(word);
  const alike = (other) => [...pairs(other)].filter((p) => own.has(p)).length / Math.max(own.size, other.length);
  const best = list.reduce((a, b) => (alike(b) > alike(a) ? b : a));
  return alike(best) >= 0.4 ? best : "";
};
const checksumHolds = (numbers) => {
  const extendable = (numbers[1] >> 4) & 1;
  const generators = [0xe0e040, 0x1c1c080, 0x3838100, 0x7070200, 0xe0e0009, 0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890, 0x3f3f120];
  let check = 1;
  for (const value of [...(extendable ? "shamir_extendable" : "shamir")].map((c) => c.charCodeAt(0)).concat(numbers)) {
    const top = check >>> 20;
    check = ((check & 0xfffff) << 10) ^ value;
    generators.forEach((generator, i) => { if ((top >>> i) & 1) check ^= generator; });
  }
  return check === 1;
};
for (const boxes of document.querySelectorAll("[data-words-of]")) {
  const list = JSON.parse(document.getElementById("share-words").textContent);
  const inputs = [...boxes.querySelectorAll("input")];
  const said = boxes.parentElement.querySelector("[data-words-said]");
  const whole = (typed) => list.includes(typed) ? typed : (typed.length > 3 && list.find((w) => w.startsWith(typed))) || "";
  const look = (input) => {
    const typed = input.value.trim().toLowerCase();
    const wrong = typed !== "" && whole(typed) === "";
    const near = wrong ? nearest(typed, list) : "";
    input.setAttribute("aria-invalid", String(wrong));
    input.closest("li").querySelector(".err")?.remove();
    if (wrong) {
      const note = document.createElement("span");
      note.className = "err";
      note.id = `${input.id}-err`;
      note.textContent = near ? boxes.dataset.near.replace("{word}", near) : boxes.dataset.unknown;
      input.closest("li").append(note);
      input.setAttribute("aria-describedby", note.id);
    } else input.removeAttribute("aria-describedby");
    return !wrong;
  };
  for (const input of inputs) {
    input.addEventListener("change", () => look(input));
    input.addEventListener("paste", (event) => {
      const words = event.clipboardData.getData("text").toLowerCase().split(/[^a-z]+/).filter(Boolean);
      if (words.length < 2) return;
      event.preventDefault();
      inputs.slice(inputs.indexOf(input)).forEach((box, i) => { if (i < words.length) { box.value = words[i]; look(box); } });
    });
  }
  boxes.closest("form").addEventListener("submit", (event) => {
    if (inputs.slice(1).every((input) => input.value === "")) return; // all in the first box: the server reads it
    const right = inputs.map(look).every(Boolean);
    const words = inputs.map((input) => whole(input.value.trim().toLowerCase()));
    const filled = words.every(Boolean);
    said.textContent = right && filled && !checksumHolds(words.map((w) => list.indexOf(w))) ? boxes.dataset.wrong : "";
    said.classList.toggle("err", said.textContent !== "");
    if (right && !said.textContent) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    (inputs.find((input) => input.getAttribute("aria-invalid") === "true") ?? inputs[0]).focus();
  });
}

// A file goes in parts of a megabyte and goes on after a broken connection, also after the page was left and the same
// file is chosen again. At the end the fingerprint of the server is compared with that of this device.
for (const form of document.querySelectorAll("form[data-upload]")) {
  const said = form.querySelector("[data-upload-said]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const ask = async (url, body) => {
    for (let wait = 500; ; wait = Math.min(wait * 2, 15000)) {
      try {
        const answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token } });
        if (answer.headers.get("content-type")?.startsWith("application/json")) return await answer.json();
        if (answer.status < 500) return { refused: [`${answer.status}`] };
      } catch { /* the connection broke */ }
      said.textContent = form.dataset.broken;
      await new Promise((done) => setTimeout(done, wait));
    }
  };
  const send = async (file, envelope) => {
    const about = new FormData();
    about.append("name", file.name);
    about.append("size", file.size);
    about.append("envelope", envelope);
    about.append("question", form.dataset.question ?? "");
    let reply = await ask(form.dataset.upload, new URLSearchParams(about));
    const own = `${form.dataset.upload}${reply.upload}/`;
    while (!reply.refused && Number(reply.there) < file.size) {
      const start = Number(reply.there);
      said.textContent = `${form.dataset.going} ${Math.floor((100 * start) / file.size)} %`;
      reply = await ask(`${own}?start=${start}`, file.slice(start, start + 1048576));
      if (reply.refused && reply.there !== "") reply = { there: reply.there }; // another tab was faster
    }
    if (!reply.refused) reply = await ask(`${own}finish/`, new URLSearchParams());
    return reply;
  };
  form.addEventListener("submit", async (event) => {
    const file = form.querySelector("input[type=file]").files[0];
    if (!file || file.size === 0 || !window.fetch) return; // the plain form says what is wrong
    event.preventDefault();
    const buttons = form.querySelectorAll("button");
    for (const button of buttons) button.disabled = true;
    said.classList.remove("err");
    const reply = await send(file, event.submitter?.value ?? "");
    const own = form.querySelector(".hash").textContent;
    if (reply.refused) said.textContent = reply.refused.join(" ");
    else if (own.length === 64 && own !== reply.sha256) said.textContent = form.dataset.other;
    else {
      sessionStorage.setItem("mix:sealed", own.length === 64 ? form.dataset.same : form.dataset.done);
      location.reload();
      return;
    }
    said.classList.add("err");
    for (const button of buttons) button.disabled = false;
  });
  const before = sessionStorage.getItem("mix:sealed");
  if (before) {
    said.textContent = before;
    said.classList.add("ok");
    sessionStorage.removeItem("mix:sealed");
  }
}

// What is sealed, and a text that was typed or refused, lies nowhere but on the page: whoever leaves it is asked first,
// also by a button of another form.
for (const form of document.querySelectorAll("form[method=post]:not([data-saves], [data-keep])")) {
  const sealed = "sealed" in form.dataset;
  let typed = sealed ? "unsaved" in form.dataset : "refused" in form.dataset && form.querySelector("textarea") !== null;
  form.addEventListener("input", (event) => { typed ||= sealed || event.target.matches("textarea"); });
  form.addEventListener("submit", () => { typed = false; });
  window.addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
}

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
}

// A document that is checked as it is typed; without this the page checks it when it is saved.
for (const box of document.querySelectorAll("[data-check]")) {
  const text = box.querySelector("textarea");
  const told = document.querySelector("[data-problems]");
  let waits = 0;
  text.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(async () => {
      const token = box.querySelector("[name=csrfmiddlewaretoken]").value;
      const body = new URLSearchParams({ document: text.value });
      const typed = text.value;
      try {
        const answer = await fetch(box.dataset.check, { method: "POST", body, headers: { "X-CSRFToken": token } });
        if (answer.ok && typed === text.value) told.innerHTML = await answer.text();
      } catch { /* the next key tries again */ }
    }, 400);
  });
}

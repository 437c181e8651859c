// Small helps on top of pages that work without them: focus on a refusal, word counts, unsaved text, countdown,
// the fingerprint of a file before it is sent, no double click.
const refusal = document.querySelector("[data-focus]");
if (refusal) refusal.focus();

for (const area of document.querySelectorAll("textarea[data-words]")) {
  const hint = document.getElementById(area.getAttribute("aria-describedby"));
  const count = document.createElement("span");
  count.className = "xs quiet words-so-far";
  hint?.append(" ", count);
  const show = () => {
    const words = area.value.split(/\s+/).filter(Boolean).length;
    count.textContent = `${words} / ${area.dataset.words}`;
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
  form.addEventListener("submit", () => sessionStorage.removeItem(key));
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
  input.addEventListener("change", async () => {
    const file = input.files[0];
    if (!file || file.size > 104857600 || !crypto.subtle) return;
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    target.textContent = [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
  });
}

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
}

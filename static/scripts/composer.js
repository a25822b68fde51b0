// Help for whoever writes: a live preview, a kept draft, one click that counts. The forms work without it.
const REST = 400;
const DRAFT = "draft ";

function keepDraft(form, words) {
  const key = DRAFT + form.getAttribute("action");
  const kept = sessionStorage.getItem(key);
  if (kept && words.value === "") words.value = kept;
  words.addEventListener("input", () => {
    if (words.value === "") sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, words.value);
  });
  form.addEventListener("submit", (event) => {
    // A preview brings the words back by itself, but a lost connection does not.
    if (event.submitter?.name !== "preview") sessionStorage.removeItem(key);
  });
}

function sendOnce(form) {
  const buttons = form.querySelectorAll("button[type=submit]");
  const disable = (is) => buttons.forEach((button) => { button.disabled = is; });
  // Not at once: a button that is disabled while the form is read would not be sent with it.
  form.addEventListener("submit", () => setTimeout(disable, 0, true));
  addEventListener("pageshow", () => disable(false));
}

function sendByKey(form, words) {
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const button = form.querySelector(".button-primary");
    if (button?.disabled) return;
    event.preventDefault();
    form.requestSubmit(button);
  });
}

function showLive(form, words) {
  const area = document.createElement("div");
  const title = document.createElement("h2");
  const body = document.createElement("div");
  area.className = "preview";
  title.className = "preview-title";
  title.textContent = "Live preview";
  body.className = "post-body";
  area.hidden = true;
  area.append(title, body);
  words.closest(".field").after(area);

  let timer = 0;
  let asked = null;
  async function ask() {
    asked?.abort();
    asked = new AbortController();
    if (words.value.trim() === "") {
      area.hidden = true;
      return;
    }
    try {
      const answer = await fetch("/preview", {
        method: "POST",
        body: new URLSearchParams({ body: words.value }),
        signal: asked.signal,
      });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      body.replaceChildren(...page.body.childNodes);
      area.hidden = false;
      const older = form.querySelector("#preview");
      if (older) older.hidden = true;
    } catch {
      // No connection, or newer words: the next pause asks again.
    }
  }
  words.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, REST);
  });
}

for (const form of document.querySelectorAll("form[data-composer]")) {
  const words = form.querySelector("textarea");
  if (!words) continue;
  for (const help of [keepDraft, sendOnce, sendByKey, showLive]) {
    try {
      help(form, words);
    } catch (problem) {
      console.warn("The form works without this:", problem);
    }
  }
}

// Whoever comes next at this screen finds no drafts of whoever left.
document.addEventListener("submit", (event) => {
  if (!["/logout", "/demo"].includes(event.target.getAttribute("action"))) return;
  try {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(DRAFT)) sessionStorage.removeItem(key);
    }
  } catch {
    // The browser keeps nothing, so there is nothing to forget.
  }
});

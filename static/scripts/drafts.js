// Keeps what is being written: in the browser at once, on the server after a rest. Without this, the form's own
// button keeps it.
const REST = 2000;
const OLD = "draft ";

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, draft) {
  try {
    if (draft) localStorage.setItem(key, JSON.stringify(draft));
    else localStorage.removeItem(key);
  } catch {
    // The browser keeps nothing; the server does.
  }
}

function keep(form) {
  const place = form.dataset.draft;
  // Whoever signs in after somebody else must not find their words.
  const owner = document.querySelector('.site-account .menu-list a[href^="/u/"]')?.getAttribute("href") ?? "";
  const key = `${OLD}${owner} ${place}`;
  const line = form.querySelector(".draft-line");
  const discard = form.querySelector('[formaction$="/discard"]');
  const { body, title, sequence } = form.elements;
  let timer = 0;
  let sending = false;
  let stopped = false;

  const text = () => JSON.stringify([title?.value ?? "", body.value]);
  const number = () => Number(sequence.value) || 1;
  let saved = text();
  const local = () => write(key, { title: title?.value ?? "", body: body.value, sequence: number() });

  function say(message, ...buttons) {
    const parts = buttons.map(([name, act]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-quiet";
      button.textContent = name;
      button.addEventListener("click", act);
      return button;
    });
    line.replaceChildren(message, ...parts);
  }

  function schedule() {
    clearTimeout(timer);
    timer = setTimeout(save, REST);
  }

  function offer(found) {
    let newer = found;
    stopped = true;
    clearTimeout(timer);
    const goOn = (message) => {
      sequence.value = newer.sequence + 1;
      stopped = false;
      say(message);
    };
    const take = () => {
      // The other tab may have gone on meanwhile.
      const latest = read(key);
      if (latest && latest.sequence > newer.sequence) newer = { ...latest, sequence: latest.sequence - 1 };
      body.value = newer.body;
      if (title) title.value = newer.title;
      saved = text();
      goOn("The newer draft is here now.");
      local();
      body.focus();
    };
    const stay = () => {
      goOn("");
      saved = "";
      body.focus();
      save();
    };
    say("Another tab has a newer draft. ", ["Use the newer one", take], ["Keep mine", stay]);
  }

  async function save() {
    const now = text();
    if (sending || stopped || now === saved) return;
    sending = true;
    try {
      const answer = await fetch(place, {
        method: "POST",
        headers: { accept: "application/json" },
        body: new URLSearchParams({
          body: body.value,
          title: title?.value ?? "",
          type: form.elements.type?.value ?? "",
          sequence: sequence.value,
        }),
      });
      const said = await answer.json();
      if (answer.status === 409) offer(said);
      else if (!answer.ok) say(said.message ?? "The draft could not be saved; it is kept in this browser.");
      else if (!stopped) {
        saved = now;
        sequence.value = number() + 1;
        if (said.saved) local();
        else write(key, null);
        if (discard) discard.hidden = !said.saved;
        say(said.saved ? "Draft saved" : "");
      }
    } catch {
      say("No connection: the draft is kept in this browser.");
    }
    sending = false;
    if (!stopped && text() !== saved) schedule();
  }

  const kept = form.hasAttribute("data-restore") && read(key);
  if (kept && kept.sequence >= number() && (kept.body !== body.value || (title && kept.title !== title.value))) {
    body.value = kept.body;
    if (title) title.value = kept.title;
    schedule();
  }
  form.addEventListener("input", (event) => {
    if (event.target !== body && event.target !== title) return;
    if (!stopped) {
      local();
      schedule();
    }
  });
  form.addEventListener("submit", (event) => {
    stopped = true;
    clearTimeout(timer);
    // A preview brings the words back by itself, but a lost connection does not.
    if (event.submitter?.name !== "preview") write(key, null);
  });
  addEventListener("pageshow", () => {
    stopped = false;
  });
  addEventListener("storage", (event) => {
    if (stopped || event.key !== key || !event.newValue) return;
    const other = read(key);
    if (other && other.sequence > number()) offer({ ...other, sequence: other.sequence - 1 });
  });
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  try {
    keep(form);
  } catch (problem) {
    console.warn("Drafts are kept by their button alone:", problem);
  }
}

// Whoever comes next at this screen finds no drafts of whoever left.
document.addEventListener("submit", (event) => {
  if (!["/logout", "/demo"].includes(event.target.getAttribute("action"))) return;
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(OLD)) localStorage.removeItem(key);
    }
  } catch {
    // The browser keeps nothing, so there is nothing to forget.
  }
});

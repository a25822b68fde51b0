// Help for whoever writes: a live preview, one click that counts, words from elsewhere on the page. The forms work
// without it. What else helps stands in files of its own: drafts.js, mentions.js, quotes.js.
const REST = 400;

// Scripts that bring words (a quote, an image) dispatch "insert-words" on the textarea, with the words as detail.
function takeWords(form, words) {
  words.addEventListener("insert-words", ({ detail }) => {
    const isFocused = document.activeElement === words;
    const [start, end] = isFocused ? [words.selectionStart, words.selectionEnd] : [words.value.length, words.value.length];
    const before = words.value.slice(0, start);
    const gap = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    words.setRangeText(gap + detail, start, end, "end");
    words.focus();
    words.dispatchEvent(new Event("input", { bubbles: true }));
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
  for (const help of [takeWords, sendOnce, sendByKey, showLive]) {
    try {
      help(form, words);
    } catch (problem) {
      console.warn("The form works without this:", problem);
    }
  }
}

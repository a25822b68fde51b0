// Offers members while their name is typed behind an @. Whoever knows the handle just types it.
const REST = 150;
const TYPED = /(?:^|[^\p{L}\d_.\/@+-])@([\p{L}\d-]{1,30})$/u;
const COPIED = ["font", "letterSpacing", "lineHeight", "padding", "border", "boxSizing", "tabSize", "wordSpacing"];

/** Where the caret stands in the textarea: left and bottom, from its corner. */
function caret(words) {
  const copy = document.createElement("div");
  const mark = document.createElement("span");
  const style = getComputedStyle(words);
  for (const name of COPIED) copy.style[name] = style[name];
  Object.assign(copy.style, { position: "absolute", visibility: "hidden", whiteSpace: "pre-wrap", overflowWrap: "break-word" });
  copy.style.width = `${words.offsetWidth}px`;
  copy.textContent = words.value.slice(0, words.selectionStart);
  mark.textContent = "\u200B";
  copy.append(mark);
  document.body.append(copy);
  const place = { left: mark.offsetLeft, top: mark.offsetTop + mark.offsetHeight - words.scrollTop };
  copy.remove();
  return place;
}

function offer(words) {
  const list = document.createElement("ul");
  const told = document.createElement("p");
  list.className = "mention-list";
  list.id = `${words.id}-mentions`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Members");
  list.hidden = true;
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  const around = document.createElement("div");
  around.className = "mention-place";
  words.before(around);
  around.append(words, list, told);
  words.setAttribute("aria-autocomplete", "list");
  words.setAttribute("aria-controls", list.id);

  let timer = 0;
  let asked = null;
  let chosen = -1;
  const options = () => [...list.children];

  function close() {
    clearTimeout(timer);
    asked?.abort();
    list.hidden = true;
    list.replaceChildren();
    told.textContent = "";
    words.removeAttribute("aria-activedescendant");
    chosen = -1;
  }

  function mark(index) {
    const all = options();
    chosen = (index + all.length) % all.length;
    all.forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    words.setAttribute("aria-activedescendant", all[chosen].id);
    all[chosen].scrollIntoView({ block: "nearest" });
  }

  function take(option) {
    const end = words.selectionStart;
    const start = words.value.slice(0, end).lastIndexOf("@");
    words.setRangeText(`@${option.dataset.handle} `, start, end, "end");
    close();
    words.focus();
    words.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function show(members) {
    if (members.length === 0) return close();
    list.replaceChildren(
      ...members.map(({ handle, name }, at) => {
        const option = document.createElement("li");
        const small = document.createElement("span");
        option.id = `${list.id}-${at}`;
        option.dataset.handle = handle;
        option.setAttribute("role", "option");
        small.className = "soft";
        small.textContent = `@${handle}`;
        option.append(`${name} `, small);
        return option;
      }),
    );
    const place = caret(words);
    list.hidden = false;
    list.style.left = `${Math.max(0, Math.min(place.left, words.offsetWidth - list.offsetWidth))}px`;
    list.style.top = `${Math.max(0, Math.min(place.top, words.offsetHeight))}px`;
    mark(0);
    told.textContent = `${members.length === 1 ? "1 member" : `${members.length} members`}. Enter takes one, Escape closes.`;
  }

  async function ask(start) {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(`/u?${new URLSearchParams({ start })}`, { signal: asked.signal });
      if (answer.ok && !answer.redirected) show(await answer.json());
    } catch {
      // No connection, or newer letters.
    }
  }

  words.addEventListener("input", () => {
    const typed = words.selectionStart === words.selectionEnd && TYPED.exec(words.value.slice(0, words.selectionStart));
    if (!typed) return close();
    clearTimeout(timer);
    timer = setTimeout(ask, REST, typed[1]);
  });
  words.addEventListener("keydown", (event) => {
    if (list.hidden || event.ctrlKey || event.metaKey || event.isComposing) return;
    const act = {
      ArrowDown: () => mark(chosen + 1),
      ArrowUp: () => mark(chosen - 1),
      Enter: () => take(options()[chosen]),
      Tab: () => take(options()[chosen]),
      Escape: close,
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
  words.addEventListener("blur", close);
}

for (const words of document.querySelectorAll("form[data-composer] textarea")) {
  try {
    offer(words);
  } catch (problem) {
    console.warn("Handles are typed without help:", problem);
  }
}

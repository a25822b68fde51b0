// Quoting without leaving the page, and looking at what was quoted in place. The links lead to pages that do the same.
const LONGEST = 2000;
const plain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
const composer = () => document.querySelector("form[data-composer] textarea");

/** Asks for a quote as Markdown and puts it into the composer; on failure, goes to the page that has it. */
async function quote(address) {
  try {
    const answer = await fetch(address, { headers: { accept: "text/markdown" } });
    if (!answer.ok || !answer.headers.get("content-type").startsWith("text/markdown")) throw new Error(answer.status);
    const words = composer();
    const quoted = await answer.text();
    words.setSelectionRange(words.value.length, words.value.length);
    words.dispatchEvent(new CustomEvent("insert-words", { detail: quoted }));
    words.scrollIntoView({ block: "nearest" });
  } catch {
    location.href = address;
  }
}

function quoteByLink() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.quote-link");
    if (!link || !composer() || !plain(event)) return;
    event.preventDefault();
    quote(link.getAttribute("href"));
  });
}

function quoteSelection() {
  if (!document.querySelector("a.quote-link") || !composer()) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quote-button";
  button.textContent = "Quote";
  button.hidden = true;
  document.body.append(button);

  function selected() {
    const selection = getSelection();
    if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
    const range = selection.getRangeAt(0);
    const around = range.commonAncestorContainer;
    const body = (around.nodeType === Node.TEXT_NODE ? around.parentElement : around).closest(".post-body");
    const post = body?.closest("article[data-post]");
    const words = selection.toString().trim();
    if (!post?.querySelector("a.quote-link") || words === "") return null;
    return { post: post.dataset.post, words: words.slice(0, LONGEST), range };
  }

  function show() {
    const found = selected();
    button.hidden = !found;
    if (!found) return;
    const place = found.range.getBoundingClientRect();
    const room = document.documentElement.clientWidth - button.offsetWidth - 8;
    button.style.top = `${place.bottom + scrollY + 6}px`;
    button.style.left = `${Math.max(8, Math.min(place.right - button.offsetWidth, room))}px`;
  }

  let timer = 0;
  document.addEventListener("selectionchange", () => {
    clearTimeout(timer);
    timer = setTimeout(show, 150);
  });
  // A press on the button must not take the selection away before the click.
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  button.addEventListener("click", () => {
    const found = selected();
    button.hidden = true;
    if (!found) return;
    getSelection().removeAllRanges();
    quote(`/p/${found.post}/quote?${new URLSearchParams({ words: found.words })}`);
  });
}

function openOriginals() {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("blockquote.quote > .quote-source > a");
    if (!link || !plain(event)) return;
    event.preventDefault();
    const around = link.closest("blockquote");
    const open = around.nextElementSibling;
    if (open?.classList.contains("original")) {
      open.remove();
      link.setAttribute("aria-expanded", "false");
      return;
    }
    try {
      const answer = await fetch(`${link.getAttribute("href")}/original`);
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = document.createElement("div");
      const close = document.createElement("button");
      part.className = "original";
      part.setAttribute("role", "region");
      part.setAttribute("aria-label", "The post that is quoted");
      part.tabIndex = -1;
      close.type = "button";
      close.className = "button button-quiet";
      close.textContent = "Close";
      close.addEventListener("click", () => {
        part.remove();
        link.setAttribute("aria-expanded", "false");
        link.focus();
      });
      part.append(...page.body.childNodes, close);
      around.after(part);
      link.setAttribute("aria-expanded", "true");
      part.focus({ preventScroll: true });
    } catch {
      location.href = link.href;
    }
  });
}

for (const help of [quoteByLink, quoteSelection, openOriginals]) {
  try {
    help();
  } catch (problem) {
    console.warn("The links work without this:", problem);
  }
}

// Live calls: times on the reader's own clock, the place in the queue, and the agents' lists. Every page works without.

/** `+02:00`, as the browser's clock stands now. */
function ownOffset() {
  const minutes = -new Date().getTimezoneOffset();
  const two = (number) => String(Math.trunc(number)).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}

/** Shows the page on the reader's clock, once, where no clock was chosen. */
function choosing(page) {
  const here = new URL(location.href);
  const own = ownOffset();
  const known = page.querySelector(`[data-zone-form] option[value="${own}"]`);
  if (here.pathname === "/verification/call" && !here.searchParams.has("zone") && known && own !== page.dataset.offset) {
    here.searchParams.set("zone", own);
    location.replace(here);
  }
  page.querySelector("[data-zone-form] select")?.addEventListener("change", (event) => event.target.form.requestSubmit());
}

/** The place in the queue, every five seconds; whoever asks is there. */
function queueing(place) {
  const look = async () => {
    const answer = await fetch("/verification/call/state", { headers: { accept: "application/json" } });
    if (!answer.ok) return;
    const news = await answer.json();
    if (news.state !== place.dataset.queue || String(news.turn) !== place.dataset.turn) {
      location.reload();
      return;
    }
    const [where, minutes] = [place.querySelector("[data-place]"), place.querySelector("[data-minutes]")];
    if (where && where.textContent !== String(news.place)) where.textContent = news.place;
    const said = news.minutes === null ? "no agent is here" : news.minutes === 0 ? "any moment" : `${news.minutes} min`;
    if (minutes && minutes.textContent !== said) minutes.textContent = said;
  };
  if (place.dataset.turn === "true") document.title = `Your turn · ${document.title}`;
  setInterval(() => look().catch((problem) => console.warn("No news of the queue:", problem)), 5000);
}

/** Lists that change by themselves are shown anew, unless somebody is at work in them. */
function refreshing(list) {
  const clean = new URL(location.href);
  if (clean.searchParams.has("told")) {
    clean.searchParams.delete("told");
    history.replaceState(null, "", clean);
  }
  setInterval(() => {
    const busy = list.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
    if (!document.hidden && !busy) location.reload();
  }, Number(list.dataset.refresh) * 1000);
}

/** The agent's form is sent beside the page: leaving it would end the call. */
function staying(form) {
  let leaves = false;
  form.addEventListener("submit", async (event) => {
    if (leaves) return;
    event.preventDefault();
    const button = event.submitter;
    // The property names the page itself where a button has no address of its own.
    const to = button?.getAttribute("formaction") ?? form.action;
    button?.setAttribute("aria-disabled", "true");
    try {
      const answer = await fetch(to, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const shown = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#decide");
      if (answer.redirected && !shown) location.assign(answer.url);
      else if (!shown) throw new Error("it is not the page of the call");
      else {
        form.replaceChildren(...shown.children);
        for (const hint of form.querySelectorAll("[data-keys]")) hint.hidden = false;
        (form.querySelector(".problem") ?? form.querySelector("#code")).scrollIntoView({ block: "center" });
        form.querySelector("#code-typed")?.focus({ preventScroll: true });
      }
    } catch (problem) {
      console.warn("The form is sent as a page:", problem);
      leaves = true;
      form.requestSubmit(button);
    } finally {
      button?.removeAttribute("aria-disabled");
    }
  });
}

try {
  const form = document.querySelector(".call-agent #decide");
  if (form) staying(form);
  const page = document.querySelector("[data-calls]");
  if (page) choosing(page);
  const place = document.querySelector("[data-queue]");
  if (place) queueing(place);
  const list = document.querySelector("[data-refresh]");
  // A page that answers a form would send it again.
  if (list && !document.querySelector(".notice-problem")) refreshing(list);
} catch (problem) {
  console.warn("Calls work without their script:", problem);
}

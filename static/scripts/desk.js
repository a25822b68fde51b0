// The agents' desk. Without this every image has a page of its own where it is turned and seen from near.

/** Turns an image and goes nearer without asking for it again: one look stays one look. */
function looking(figure) {
  const pane = figure.querySelector("[data-pane]");
  const image = pane?.querySelector("img");
  const tools = figure.querySelector("[data-tools]");
  if (!image || !tools) return;
  let [turn, near, x, y] = [0, 1, 0, 0];

  const draw = () => {
    const limit = (near - 1) / 2 + 0.2;
    const { width, height } = pane.getBoundingClientRect();
    x = Math.max(-limit * width, Math.min(limit * width, x));
    y = Math.max(-limit * height, Math.min(limit * height, y));
    if (near === 1) [x, y] = [0, 0];
    // On its side it has to fit into what was its height.
    const fit = turn % 180 ? Math.min(width / image.offsetHeight, height / image.offsetWidth) : 1;
    image.style.transform = `translate(${x}px, ${y}px) rotate(${turn}deg) scale(${near * fit})`;
    pane.classList.toggle("is-near", near > 1);
  };
  const acts = {
    turn: () => { turn += 90; },
    nearer: () => { near = Math.min(8, near * 1.5); },
    farther: () => { near = near < 1.6 ? 1 : near / 1.5; },
    whole: () => { [turn, near] = [0, 1]; },
    left: () => { x += 60; },
    right: () => { x -= 60; },
    up: () => { y += 60; },
    down: () => { y -= 60; },
  };
  const act = (name) => { acts[name](); draw(); };

  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const name = event.target.closest("[data-do]")?.dataset.do;
    if (name) act(name);
  });
  pane.tabIndex = 0;
  pane.setAttribute("role", "group");
  pane.setAttribute("aria-label", `${image.alt}: r turns, plus and minus go nearer and farther, arrows move`);
  const keys = { r: "turn", "+": "nearer", "=": "nearer", "-": "farther", 0: "whole" };
  const arrows = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
  pane.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const name = keys[event.key] ?? (near > 1 ? arrows[event.key] : undefined);
    if (!name) return;
    event.preventDefault();
    act(name);
  });
  pane.addEventListener("dblclick", () => act(near > 1 ? "whole" : "nearer"));
  pane.addEventListener("pointerdown", (event) => {
    if (near === 1) return;
    pane.setPointerCapture(event.pointerId);
    const move = (moved) => { x += moved.movementX; y += moved.movementY; draw(); };
    const end = () => {
      pane.removeEventListener("pointermove", move);
      pane.removeEventListener("pointerup", end);
      pane.removeEventListener("pointercancel", end);
    };
    pane.addEventListener("pointermove", move);
    pane.addEventListener("pointerup", end);
    pane.addEventListener("pointercancel", end);
  });
}

/** One key answers a line of the checklist and leads to the next; only while a line has the focus. */
function answering(form) {
  const answers = { y: "yes", n: "no", c: "cannot-tell" };
  form.addEventListener("keydown", (event) => {
    const line = event.target.closest("[data-line]");
    const answer = answers[event.key.toLowerCase()];
    if (!line || !answer || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    line.querySelector(`input[value="${answer}"]`).checked = true;
    const lines = [...form.querySelectorAll("[data-line]")];
    const next = lines[lines.indexOf(line) + 1] ?? form.querySelector("fieldset");
    (next.querySelector("input:checked") ?? next.querySelector("input")).focus();
  });
  const hint = form.querySelector("[data-keys]");
  if (hint) hint.hidden = false;
}

/** Keeps the claim while somebody works, and says when it is about to end. */
function holding(page) {
  const left = page.querySelector("[data-left]");
  const claim = 20 * 60_000;
  const ask = 4 * 60_000;
  let until = Date.now() + Math.min(claim, Math.max(0, Date.parse(page.dataset.until) - Date.now()) || claim);
  let [asked, worked, lost] = [Date.now(), false, false];

  const show = () => {
    const minutes = Math.max(0, Math.ceil((until - Date.now()) / 60_000));
    left.classList.toggle("is-near", lost || minutes <= 3);
    if (lost || minutes === 0) left.textContent = "not yours any more: go back to the desk";
    else left.textContent = `yours for ${minutes} more ${minutes === 1 ? "minute" : "minutes"}`;
  };
  const renew = async () => {
    [asked, worked] = [Date.now(), false];
    const answer = await fetch(`/agent/cases/${page.dataset.case}/renew`, {
      method: "POST",
      redirect: "manual",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "",
    });
    if (answer.type === "opaqueredirect") until = Date.now() + claim;
    else lost = answer.status === 404;
    show();
  };
  for (const kind of ["pointerdown", "keydown", "scroll"]) {
    addEventListener(kind, () => { worked = true; }, { passive: true });
  }
  setInterval(() => {
    if (worked && !lost && Date.now() - asked > ask) renew().catch((problem) => console.warn("The claim was not renewed:", problem));
    else show();
  }, 15_000);
  show();
}

try {
  document.querySelectorAll("[data-look]").forEach(looking);
  const form = document.querySelector("#decide");
  if (form) answering(form);
  const page = document.querySelector(".desk-case");
  if (page) holding(page);
} catch (problem) {
  console.warn("The desk works without its script:", problem);
}

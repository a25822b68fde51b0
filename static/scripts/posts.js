// Moves the focus to the post that the address names, so that keys and screen readers go on from there.
function goToNamed() {
  const named = /^#p-\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
  if (named) named.focus({ preventScroll: true });
}

addEventListener("hashchange", goToNamed);
goToNamed();

// Likes without leaving the page. The form works by itself: where anything goes wrong here, it is sent after all.
async function like(form) {
  const answer = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const { likes, liked } = await answer.json();
  form.action = form.action.replace(/\/(un)?like$/, liked ? "/unlike" : "/like");
  form.querySelector("[data-likes]").textContent = likes;
  form.querySelector("button").setAttribute("aria-pressed", liked);
}

addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-like]");
  if (!form) return;
  event.preventDefault();
  // A second click waits for the first: it would be sent to the address that is about to change.
  if (form.hasAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  like(form)
    .catch(() => form.submit())
    .finally(() => form.removeAttribute("aria-busy"));
});

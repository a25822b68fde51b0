// Passkeys: only a script can ask the browser for one. Codes work without this.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => buffer && btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const withBytes = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

async function send(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
    .catch(() => { throw new Error("The connection broke off. Try again."); });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.problem ?? "That did not work. Reload the page, and try again.");
  return told;
}

async function add({ publicKey }) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: withBytes(publicKey.excludeCredentials),
    },
  });
  const { attestationObject, clientDataJSON } = made.response;
  return [made, { attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON) }];
}

async function show({ publicKey }) {
  const shown = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      allowCredentials: withBytes(publicKey.allowCredentials),
    },
  });
  const { authenticatorData, clientDataJSON, signature, userHandle } = shown.response;
  return [shown, {
    authenticatorData: text(authenticatorData),
    clientDataJSON: text(clientDataJSON),
    signature: text(signature),
    userHandle: text(userHandle),
  }];
}

// What browsers say of themselves helps nobody.
function inWords(problem) {
  if (problem.name === "NotAllowedError") return "Nothing was chosen, or it took too long. Try again.";
  if (problem.name === "InvalidStateError") return "This device keeps a passkey of yours already.";
  if (problem.name === "SecurityError") return "This address of the site has no passkeys.";
  return problem.message;
}

async function go(form) {
  const fields = Object.fromEntries(new FormData(form));
  const options = await send(form.dataset.options, fields);
  const [{ id, rawId, type }, response] = await (form.dataset.passkey === "add" ? add(options) : show(options));
  const answer = { id, rawId: text(rawId), type, response, extensions: {} };
  const { next } = await send(form.dataset.answer, { ...fields, who: undefined, answer });
  // What was typed at the desk waits in this page.
  const kept = document.querySelector("form[data-kept]");
  if (kept) kept.requestSubmit();
  else location.assign(next);
}

if (window.PublicKeyCredential && isSecureContext) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    const problem = form.querySelector("[data-problem]");
    const button = form.querySelector("button");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      problem.hidden = true;
      button.disabled = true;
      go(form).catch((why) => {
        problem.textContent = inWords(why);
        problem.hidden = false;
        button.disabled = false;
      });
    });
  }
  for (const note of document.querySelectorAll("[data-passkey-without]")) note.hidden = true;
}

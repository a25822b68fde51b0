// Pictures for whoever writes: picked, pasted or dropped, described, put at the cursor.
const LARGEST = 10 << 20;
const FORM = `<form class="form" method="dialog">
<h2>Add an image</h2>
<div class="field"><label for="image-alt">What does it show?</label>
<p class="hint" id="image-hint">In a few words, for people who cannot see it.</p>
<input class="input" id="image-alt" name="alt" maxlength="300" required autocomplete="off" aria-describedby="image-hint"></div>
<label class="choice"><input type="checkbox" name="decorative" value="1"><span>It is only decoration</span></label>
<div class="actions"><button class="button button-primary" value="add">Add the image</button>
<button class="button button-quiet" value="" formnovalidate>Cancel</button></div></form>`;

// What the picture shows; nothing when it is not to be uploaded.
function ask() {
  const dialog = document.createElement("dialog");
  dialog.className = "image-dialog";
  dialog.ariaLabel = "Add an image";
  dialog.innerHTML = FORM;
  const form = dialog.firstChild;
  const { alt, decorative } = form.elements;
  decorative.addEventListener("change", () => { alt.disabled = decorative.checked; });
  document.body.append(dialog);
  dialog.showModal();
  alt.focus();
  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      done(dialog.returnValue === "add" && new FormData(form));
      dialog.remove();
    });
  });
}

async function send(form) {
  const answer = await fetch("/uploads", { method: "POST", headers: { accept: "application/json" }, body: form })
    .catch(() => { throw new Error("The connection broke off. Try again."); });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.problem ?? "It was not uploaded. Are you still signed in?");
  return told.markdown;
}

function insert(words, line) {
  const { selectionStart: at, value } = words;
  const gap = at === 0 || value[at - 1] === "\n" ? "" : "\n\n";
  const text = `${gap}${line}\n`;
  words.setRangeText(text, at, words.selectionEnd);
  words.focus();
  words.selectionStart = words.selectionEnd = at + text.length;
  words.dispatchEvent(new Event("input", { bubbles: true }));
}

function help(words, button) {
  const line = document.createElement("p");
  line.className = "hint image-line";
  line.role = "status";
  const say = (what) => { line.textContent = what; };

  async function add(file) {
    if (file.size > LARGEST) throw new Error(`${file.name} is larger than 10 MB. Save it smaller.`);
    say("");
    const place = [words.selectionStart, words.selectionEnd];
    const form = await ask();
    // A browser may forget the place while the dialog is open.
    words.setSelectionRange(...place);
    if (!form) return;
    form.set("image", file);
    say(`Uploading ${file.name}…`);
    insert(words, await send(form));
    say(`${file.name} is in your text.`);
  }
  let last = Promise.resolve();
  const take = (event, files) => {
    event.preventDefault();
    for (const file of files) last = last.then(() => add(file)).catch((why) => say(why.message));
  };

  const picker = Object.assign(document.createElement("input"), { type: "file", accept: "image/*", multiple: true, hidden: true });
  picker.addEventListener("change", (event) => take(event, [...picker.files]));
  button.after(line, picker);
  button.addEventListener("click", (event) => {
    event.preventDefault();
    picker.value = "";
    picker.click();
  });
  words.addEventListener("paste", (event) => {
    const { files, types } = event.clipboardData;
    // Copied words bring their picture.
    if (files.length && !types.includes("text/plain")) take(event, [...files]);
  });
  words.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  words.addEventListener("drop", (event) => {
    const { files } = event.dataTransfer;
    if (files.length) take(event, [...files]);
  });
}

for (const button of document.querySelectorAll("form [data-add-image]")) {
  const words = button.closest("form").querySelector("textarea");
  if (words) help(words, button);
}
for (const line of document.querySelectorAll("[data-copy]")) line.addEventListener("focus", () => line.select());

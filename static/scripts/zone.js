// Says as one types whether the check digits of a machine-readable zone fit (ICAO 9303). The server decides.
const FORMS = [
  { lines: 3, length: 30, name: "a card", checks: [["number", 0, 5, 14], ["date of birth", 1, 0, 6], ["date of expiry", 1, 8, 14]], all: [[0, 5, 30], [1, 0, 7], [1, 8, 15], [1, 18, 29]] },
  { lines: 2, length: 36, name: "a card", checks: [["number", 1, 0, 9], ["date of birth", 1, 13, 19], ["date of expiry", 1, 21, 27]], all: [[1, 0, 10], [1, 13, 20], [1, 21, 35]] },
  { lines: 2, length: 44, name: "a passport", checks: [["number", 1, 0, 9], ["date of birth", 1, 13, 19], ["date of expiry", 1, 21, 27], ["personal number", 1, 28, 42]], all: [[1, 0, 10], [1, 13, 20], [1, 21, 43]] },
];

const digit = (text) => [...text].reduce((sum, c, at) => sum + (c === "<" ? 0 : parseInt(c, 36)) * [7, 3, 1][at % 3], 0) % 10;

function judge(typed) {
  const lines = typed.toUpperCase().replaceAll("«", "<<").split("\n").map((line) => line.replace(/\s/g, "")).filter(Boolean);
  if (!lines.length) return ["", ""];
  const odd = lines.join("").match(/[^A-Z0-9<]/);
  if (odd) return ["", `“${odd[0]}” is in no zone: there are A to Z, digits and <.`];
  const form = FORMS.find((one) => one.lines === lines.length && lines.every((line) => line.length === one.length));
  if (!form) return ["", `${lines.length === 1 ? "1 line" : `${lines.length} lines`} of ${lines.map((line) => line.length).join(" and ")} characters so far.`];
  const wrong = form.checks.filter(([, line, from, to]) => {
    const [part, check] = [lines[line].slice(from, to), lines[line][to]];
    // A number that is too long for its place, or nothing at all: the server looks at these.
    return check !== "<" && Number(check) !== digit(part);
  });
  if (wrong.length) return ["", `The check digit of the ${wrong[0][0]} does not fit yet. Compare it, above all 0 and O, 1 and I.`];
  const all = form.all.map(([line, from, to]) => lines[line].slice(from, to)).join("");
  if (Number(lines.at(-1 - (form.lines === 3))[form.length - 1]) !== digit(all)) return ["", "The last check digit does not fit the rest yet."];
  return ["good", `The check digits fit: the zone of ${form.name}. They do not protect the names, so compare these yourself.`];
}

for (const field of document.querySelectorAll("[data-zone]")) {
  const says = document.createElement("p");
  says.className = "hint zone-says";
  says.role = "status";
  field.after(says);
  const show = () => { [says.dataset.state, says.textContent] = judge(field.value); };
  field.addEventListener("input", show);
  show();
}

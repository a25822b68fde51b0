// A document of nobody, as a member photographs it, types it and sends it; and an agent who approves it.

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

/** The check digit of ICAO 9303, part 3: weights 7, 3, 1. */
function checkDigit(text) {
  const value = (letter) =>
    letter === "<" ? 0 : /\d/.test(letter) ? Number(letter) : letter.charCodeAt(0) - "A".charCodeAt(0) + 10;
  return [...text].reduce((sum, letter, at) => sum + value(letter) * [7, 3, 1][at % 3], 0) % 10;
}

/** The zone of an identity card (TD1, ICAO 9303 part 5). */
export function zone({ country, number, birth, expiry, surname, given }) {
  const checked = (text) => `${text}${checkDigit(text)}`;
  const upper = `I<${country}${checked(number)}${"<".repeat(15)}`;
  const dates = `${checked(birth)}<${checked(expiry)}${country}${"<".repeat(11)}`;
  const whole = checkDigit(`${upper.slice(5)}${checked(birth)}${checked(expiry)}${"<".repeat(11)}`);
  return [upper, `${dates}${whole}`, `${surname}<<${given}`.toUpperCase().padEnd(30, "<")];
}

export const CARD = { country: "PRT", number: "JN2094471", birth: "880412", expiry: "310930", surname: "Reis", given: "Daniel" };

/** A card of nobody, drawn by the browser and photographed. */
async function drawn(browser, side) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 808 } });
  const lines = side === "front" ? ["REIS", "DANIEL", "JN2094471", "1988-04-12", "2031-09-30"] : zone(CARD);
  await page.setContent(
    `<body style="margin:0;background:#d9e6e0;font:700 38px monospace;color:#182028"><h1>SPECIMEN ${side}</h1>` +
      `${lines.map((line) => `<p>${line.replaceAll("<", "&lt;")}</p>`).join("")}</body>`,
  );
  const buffer = await page.screenshot({ type: "jpeg", quality: 92 });
  await page.close();
  return { name: `${side}.jpg`, mimeType: "image/jpeg", buffer };
}

export async function sendSide(page, side) {
  await page.locator(`#image-${side}`).setInputFiles(await drawn(page.context().browser(), side));
  await page.locator(`section:has(#side-${side}) form:has(#image-${side}) button[type=submit]`).click();
  await page.getByText("Received").first().waitFor();
}

export async function approveNext(page) {
  await page.goto("/agent");
  await press(page, "Next case");
  await page.waitForURL("**/agent/cases/*");
  const name = await page.locator("main").innerText();
  for (const yes of await page.locator("input[type=radio][name^=answer-][value=yes]").all()) await yes.check();
  await page.locator("input[name=outcome][value=approve]").check();
  await press(page, "Decide, then the desk");
  await page.waitForURL(/\/agent(\?.*)?$/).catch(async () => {
    throw new Error(`${page.url()} says ${await page.locator("main").innerText()}`);
  });
  return name;
}

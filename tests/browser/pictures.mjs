// Takes the pictures of the README from the demo. Run it by scripts/screenshots.
import { mkdir, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { announcementPath, newPage, startBrowser, startForum } from "./support.mjs";

const FOLDER = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const LARGEST = 250 * 1024;

/** The first page of a thread, after the announcement itself, that begins with a member who shows all there is. */
async function showing(thread) {
  const page = await newPage(browser, forum);
  for (let number = 3; ; number += 1) {
    await page.goto(`${thread}?page=${number}`);
    const first = page.locator("article.post").first();
    const marks = ["[data-rank]", "[data-tier]", '[data-badge="identity-verified"]'];
    const counts = await Promise.all(marks.map((mark) => first.locator(mark).count()));
    if (!counts.includes(0)) {
      await page.context().close();
      return `${thread}?page=${number}`;
    }
    if ((await page.getByRole("link", { name: "Next page" }).count()) === 0) throw new Error("nobody shows all there is");
  }
}

const forum = await startForum();
const browser = await startBrowser();
try {
  await mkdir(FOLDER, { recursive: true });
  const thread = await showing(await announcementPath(forum));
  const pictures = [
    ["thread", thread, { width: 1280, scheme: "light" }],
    ["thread-dark-narrow", thread, { width: 390, scheme: "dark" }],
    ["home", "/", { width: 1280, scheme: "light" }],
  ];
  for (const [name, path, look] of pictures) {
    const page = await newPage(browser, forum, look);
    await page.goto(path);
    const file = join(FOLDER, `${name}.png`);
    await page.screenshot({ path: file });
    await page.context().close();
    const { size } = await stat(file);
    console.log(`${file}: ${Math.ceil(size / 1024)} KiB`);
    if (size > LARGEST) throw new Error(`${name}.png is larger than ${LARGEST / 1024} KiB`);
  }
} finally {
  await browser.close();
  await forum.stop();
}

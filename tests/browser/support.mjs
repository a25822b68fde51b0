// Starts the forum's demo and a browser, and keeps watch over what the browser meets.
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const BIN = process.env.TOUCHSTONE_BIN ?? resolve(here, "../../target/debug/touchstone");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PATIENCE = 60_000;

export function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

/** Whoever settled something for a real forum in this shell did not mean the tests. */
function cleanEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("TOUCHSTONE_")));
}

async function ready(base, child, said) {
  for (const until = Date.now() + PATIENCE; Date.now() < until; ) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`${base}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`${BIN} did not become ready:\n${said.join("")}`);
}

/**
 * A demo forum of its own in a temporary folder, by its number or under a name, with what `file` holds in its
 * touchstone.toml. Stop it with `stop()`.
 */
export async function startForum({ settings = [], name, file } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "touchstone-browser-"));
  const data = join(folder, "data");
  const port = await freePort();
  const base = `http://${name ?? "127.0.0.1"}:${port}`;
  if (name) settings = [...settings, "--url", base];
  if (file) await writeFile(join(folder, "touchstone.toml"), file);
  const child = spawn(BIN, ["serve", "--demo", "--listen", `127.0.0.1:${port}`, "--data", data, ...settings], {
    cwd: folder,
    env: cleanEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = [];
  const gone = new Promise((done) => child.once("close", done));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (words) => {
      said.push(words.toString());
      if (said.length > 200) said.shift();
    });
  }
  child.once("error", (problem) => said.push(String(problem)));

  async function stop() {
    const patience = setTimeout(() => child.kill("SIGKILL"), 5000);
    child.kill("SIGTERM");
    if (child.pid) await gone;
    clearTimeout(patience);
    await rm(folder, { recursive: true, force: true });
  }

  /** Runs a command of the program beside the running server, and returns what it said. */
  function run(...command) {
    const done = spawnSync(BIN, [...command, "--data", data], {
      cwd: folder,
      env: cleanEnvironment(),
      encoding: "utf8",
    });
    const words = `${done.stdout}${done.stderr}`;
    if (done.status !== 0) throw new Error(`${command[0]} ended with ${done.status}:\n${words}`);
    return words;
  }

  /** Loads records of a bundle beside the running server, and returns what the command said. */
  async function load(records) {
    const file = join(folder, "bundle.jsonl");
    await writeFile(file, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
    return run("import", file);
  }

  /** Changes the database beside the running server: what a test cannot wait for is moved into the past. */
  function rewrite(statement) {
    const change = "import sqlite3,sys;c=sqlite3.connect(sys.argv[1],timeout=20);c.execute(sys.argv[2]);c.commit()";
    const done = spawnSync("python3", ["-c", change, join(data, "touchstone.db"), statement], { encoding: "utf8" });
    if (done.status !== 0) throw new Error(`${statement}:\n${done.stderr}`);
  }

  try {
    await ready(base, child, said);
  } catch (problem) {
    await stop();
    throw problem;
  }
  return { base, load, rewrite, run, stop };
}

export function startBrowser(more = []) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...more,
    ],
  });
}

/**
 * A page in a browser of its own. `page.troubles` gathers what must not happen: errors in the console (a
 * breach of the content policy is one), dialogs, requests to anywhere else. `page.asked` gathers all addresses.
 */
export async function newPage(browser, forum, { as, scripts = true, width = 1280, scheme = "light", bypassCSP } = {}) {
  const context = await browser.newContext({
    baseURL: forum.base,
    javaScriptEnabled: scripts,
    bypassCSP,
    viewport: { width, height: width < 600 ? 844 : 900 },
    colorScheme: scheme,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  watch(page, forum.base);
  if (as) await page.goto(`/demo/${as}`);
  return page;
}

function watch(page, base) {
  const troubles = [];
  const refusedPages = new Set();
  page.troubles = troubles;
  page.asked = [];
  page.on("request", (request) => {
    page.asked.push(request.url());
    if (new URL(request.url()).origin !== base) troubles.push(`asked for ${request.url()}`);
  });
  page.on("response", (answer) => {
    if (!answer.ok() && answer.request().isNavigationRequest()) refusedPages.add(answer.url());
  });
  page.on("pageerror", (error) => troubles.push(`a script failed: ${error.message}`));
  page.on("dialog", (dialog) => {
    troubles.push(`a dialog opened: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  page.on("popup", (popup) => troubles.push(`a window opened: ${popup.url()}`));
  page.on("console", (message) => {
    if (!["error", "warning"].includes(message.type())) return;
    const { url } = message.location();
    // The browser notes that a page came with 403, 404 or 422; that is what the test asked for.
    if (message.text().startsWith("Failed to load resource") && refusedPages.has(url)) return;
    troubles.push(`the console says: ${message.text()}`);
  });
}

/** What axe finds on the page, in readable lines. */
export async function axe(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id, help, nodes }) => {
    const places = nodes.slice(0, 5).map((node) => {
      const why = node.failureSummary.replaceAll(/\s*\n\s*/g, " ");
      return `    ${node.target.join(" ")}\n      ${node.html.slice(0, 160)}\n      ${why}`;
    });
    return `${id}: ${help} (${nodes.length})\n${places.join("\n")}`;
  });
}

/** How far the page is wider than its window, and what reaches out of it. */
export function overflow(page) {
  return page.evaluate(() => {
    const root = document.documentElement;
    const over = root.scrollWidth - root.clientWidth;
    if (over <= 0) return null;
    const wide = [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1)
      .slice(-3)
      .map((element) => element.outerHTML.slice(0, 120));
    return `${over}px too wide: ${wide.join(" | ")}`;
  });
}

/** Doubles the size of text, as a reader's own setting does. */
export async function doubleText(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
  return async () => {
    await session.send("Page.setFontSizes", { fontSizes: { standard: 16, fixed: 13 } });
    await session.detach();
  };
}

/** The session cookie of a demo member, for requests without a browser. */
export async function cookieOf(forum, handle) {
  const answer = await fetch(`${forum.base}/demo/${handle}`, { redirect: "manual" });
  const cookie = answer.headers.getSetCookie()[0]?.split(";")[0];
  if (!cookie) throw new Error(`${handle} could not sign in: ${answer.status}`);
  return cookie;
}

/** Sends a form as a browser on the forum's own page does. */
export function send(forum, path, fields, cookie) {
  return fetch(new URL(path, forum.base), {
    method: "POST",
    redirect: "manual",
    headers: { cookie, origin: forum.base, "sec-fetch-site": "same-origin" },
    body: new URLSearchParams(fields),
  });
}

/** Where the announcement of the demo stands. */
export async function announcementPath(forum) {
  const home = await (await fetch(forum.base)).text();
  return home.match(/href="(\/t\/\d+\/identity-verified-is-coming[^"?#/]*)"/)[1];
}

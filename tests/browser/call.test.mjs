// A live call between two browsers, with pictures of nobody: it is held, it breaks and comes back, and it ends.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { networkInterfaces } from "node:os";
import { axe, cookieOf, freePort, newPage, overflow, send, startBrowser, startForum } from "./support.mjs";

const FAKES = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
// Somebody whose document another agent approved.
const MEMBER = "elin-j";
const AGENT = "noor-v";

let forum;
let browsers;
before(async () => {
  forum = await startForum();
  browsers = await Promise.all([startBrowser(FAKES), startBrowser(FAKES)]);
});
after(async () => {
  await Promise.all((browsers ?? []).map((browser) => browser.close()));
  await forum?.stop();
});

/** The member joins the queue, and the agent takes who is next: answers with the call's number. */
async function call(forum) {
  const [member, agent] = [await cookieOf(forum, MEMBER), await cookieOf(forum, AGENT)];
  await send(forum, "/verification/call/cancel", {}, member);
  const joined = await send(forum, "/verification/call/queue", {}, member);
  assert.equal(joined.status, 303, await joined.text());
  const taken = await send(forum, "/agent/calls", {}, agent);
  const way = taken.headers.get("location") ?? "";
  assert.match(way, /^\/agent\/calls\/\d+/, await taken.text());
  return way;
}

const says = (page, text) => page.locator("[data-words]", { hasText: text }).waitFor();
const goIn = (page) => page.getByRole("button", { name: "Switch on camera and microphone" }).click();
const frames = (page, video) =>
  page.locator(`video[data-${video}]`).evaluate((it) => it.getVideoPlaybackQuality().totalVideoFrames);

/** Pictures go on arriving. */
async function moves(page, video) {
  const before = await frames(page, video);
  await page.waitForFunction(
    ([name, known]) => document.querySelector(`video[data-${name}]`).getVideoPlaybackQuality().totalVideoFrames > known + 5,
    [video, before],
    { timeout: 30_000 },
  );
}

async function write(page, text) {
  await page.getByRole("textbox", { name: /^Write to/ }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

const reads = (page, text) => page.locator("[data-lines] p:not(.is-own)", { hasText: text }).waitFor();

/** A member and an agent who see each other, at the address of their call. */
async function talking(forum, prepare = () => {}) {
  const way = await call(forum);
  const [theirs, agents] = browsers;
  const one = await newPage(theirs, forum, { as: MEMBER });
  const other = await newPage(agents, forum, { as: AGENT });
  for (const page of [one, other]) await prepare(page);
  await one.goto("/verification/call/room");
  await goIn(one);
  await says(one, "Waiting room");
  await moves(one, "own");
  await other.goto(way);
  await other.getByRole("button", { name: "Let them in" }).click();
  await goIn(other);
  for (const page of [one, other]) await says(page, /^Connected$/);
  return { one, other };
}

async function close(...pages) {
  for (const page of pages) await page.context().close();
}

test("two browsers hold a call, which breaks, comes back and ends", { timeout: 240_000 }, async () => {
  const { one, other } = await talking(forum);
  for (const page of [one, other]) {
    for (const video of ["theirs", "own"]) await moves(page, video);
  }
  await write(other, "Good day. What would you like to know first?");
  await reads(one, "What would you like to know first?");
  await write(one, "How long does <b>this</b> take?");
  await reads(other, "How long does <b>this</b> take?");
  assert.deepEqual(await axe(one), []);
  assert.equal(await overflow(one), null);
  assert.equal(await overflow(other), null);

  // The member's connection is cut: both see it, and it comes back by itself.
  await one.context().setOffline(true);
  await says(one, "Your connection to the site broke");
  await says(other, "The connection of the member broke");
  await write(other, "Are you still there?");
  await one.context().setOffline(false);
  for (const page of [one, other]) await says(page, /^Connected$/);
  await reads(one, "Are you still there?");
  assert.equal(await one.locator("[data-lines] p", { hasText: "Are you still there?" }).count(), 1);

  // The agent's page is loaded anew: another connection, and the same call.
  await other.reload();
  await says(one, "The connection of the agent broke");
  await goIn(other);
  for (const page of [one, other]) await says(page, /^Connected$/);
  for (const page of [one, other]) await moves(page, "theirs");

  // The camera is switched off and on again.
  await one.getByRole("button", { name: "Camera off" }).click();
  await one.getByRole("button", { name: "Camera on" }).click();
  await one.getByRole("button", { name: "Mute" }).click();
  assert.equal(await one.getByRole("button", { name: "Unmute" }).getAttribute("aria-pressed"), "true");

  // The member stops, which is said, and may come back.
  await one.getByRole("button", { name: "Stop", exact: true }).click();
  await says(one, "You stopped");
  await reads(other, "left the call");
  await goIn(one);
  for (const page of [one, other]) await says(page, /^Connected$/);
  for (const page of [one, other]) {
    const troubles = page.troubles.filter((trouble) => !/ERR_INTERNET_DISCONNECTED|WebSocket|asked for ws:/.test(trouble));
    assert.deepEqual(troubles, []);
  }
  await close(one, other);
});

test("the test shows camera, microphone and connection, on a phone and at a desk", { timeout: 120_000 }, async () => {
  for (const [width, scheme] of [[390, "dark"], [1280, "light"]]) {
    const page = await newPage(browsers[0], forum, { as: "daniel-r", width, scheme });
    await page.goto("/verification/call/test");
    assert.equal(await overflow(page), null);
    assert.deepEqual(await axe(page), []);
    await page.getByRole("button", { name: "Start the test" }).click();
    for (const check of ["camera", "microphone", "connection"]) {
      await page.locator(`[data-check=${check}][data-is=good]`).waitFor({ timeout: 30_000 });
    }
    await moves(page, "own");
    assert.equal(await overflow(page), null);
    assert.deepEqual(await axe(page), []);
    assert.deepEqual(page.troubles, []);
    await close(page);
  }
});

test("without scripts both pages say what a call needs", async () => {
  const page = await newPage(browsers[0], forum, { as: MEMBER, scripts: false, width: 390 });
  for (const path of ["/verification/call/room", "/verification/call/test"]) {
    await page.goto(path);
    assert.match(await page.locator("main").innerText(), /needs scripts/);
    assert.equal(await overflow(page), null);
  }
  await close(page);
});

/** coturn, as an operator runs it: it shares a secret with the forum. */
async function startRelay() {
  const all = Object.values(networkInterfaces()).flat().filter(({ family }) => family === "IPv4");
  const { address } = all.find(({ internal }) => !internal) ?? all[0];
  const [port, secret] = [await freePort(), "slate-gold-streak"];
  const places = ["--listening-ip", address, "--relay-ip", address, "--listening-port", String(port)];
  const ways = ["--use-auth-secret", "--static-auth-secret", secret, "--realm", "forum", "--no-cli", "--no-tls", "--no-dtls", "--allow-loopback-peers"];
  const child = spawn("turnserver", ["-n", "--log-file", "stdout", "--pidfile", "", ...places, ...ways], { stdio: ["ignore", "pipe", "pipe"] });
  const said = [];
  child.stdout.on("data", (text) => said.push(String(text)));
  const gone = new Promise((done) => child.once("close", done));
  await new Promise((done, fail) => {
    child.once("error", fail);
    setTimeout(done, 1500);
  });
  return {
    file: `turn = "turn:${address}:${port}"\nturn_secret = "${secret}"\n`,
    said: () => said.join(""),
    stop: () => {
      child.kill();
      return gone;
    },
  };
}

test("a call goes through a relay that knows the forum's secret, and by nothing else", { timeout: 240_000 }, async () => {
  const relay = await startRelay();
  const behind = await startForum({ file: relay.file });
  try {
    const { one, other } = await talking(behind, (page) => page.addInitScript(() => {
      window.peers = [];
      const only = (settings) => ({ ...settings, iceTransportPolicy: "relay" });
      window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(settings) {
          super(only(settings));
          window.peers.push(this);
        }

        setConfiguration(settings) {
          super.setConfiguration(only(settings));
        }
      };
    }));
    for (const page of [one, other]) {
      await moves(page, "theirs");
      const kinds = await page.evaluate(async () => {
        const stats = [...(await window.peers.at(-1).getStats()).values()];
        const pair = stats.find((one) => one.type === "candidate-pair" && one.nominated && one.state === "succeeded");
        return [pair.localCandidateId, pair.remoteCandidateId].map((id) => stats.find((one) => one.id === id).candidateType);
      });
      assert.equal(kinds[0], "relay");
      assert.deepEqual(page.troubles, []);
    }
    await close(one, other);
    const page = await newPage(browsers[0], behind, { as: MEMBER });
    await page.goto("/verification/call/test");
    await page.getByRole("button", { name: "Start the test" }).click();
    await page.locator("[data-check=connection]", { hasText: "by the relay" }).waitFor({ timeout: 40_000 });
    assert.equal(await page.locator("[data-check=connection]").getAttribute("data-is"), "good");
    await close(page);
  } catch (problem) {
    throw new Error(`${problem.stack}\n${relay.said().split("\n").slice(-40).join("\n")}`);
  } finally {
    await behind.stop();
    await relay.stop();
  }
});

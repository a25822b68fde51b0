// Credentials, checked by a library that is not ours (jose), against a running forum: before and after a rotation of the
// keys, after the member ended one, and with a changed byte. And the pages, in a browser without scripts.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { createLocalJWKSet, createRemoteJWKSet, decodeProtectedHeader, importJWK, jwtVerify } from "jose";
import { cookieOf, newPage, overflow, send, startBrowser, startForum } from "./support.mjs";

const OWN = "/verification/credential";
let forum;
let browser;
before(async () => {
  forum = await startForum();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await forum?.stop();
});

async function issue(handle) {
  const cookie = await cookieOf(forum, handle);
  const answer = await send(forum, OWN, {}, cookie);
  assert.equal(answer.status, 303, await answer.text());
  return cookie;
}

async function download(cookie) {
  const answer = await fetch(`${forum.base}${OWN}.jwt`, { headers: { cookie } });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "application/vc+jwt");
  return answer.text();
}

const did = () => `did:web:${new URL(forum.base).host.replace(":", "%3A")}`;

function verify(token) {
  const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", forum.base));
  return jwtVerify(token, keys, { issuer: did(), algorithms: ["RS256"] });
}

/** Whether the list that an entry names has its bit set; the first entry is the leftmost bit. */
async function isSet(entry) {
  const answer = await fetch(entry.statusListCredential);
  const { payload } = await verify(await answer.text());
  assert.equal(payload.id, entry.statusListCredential);
  assert.ok(payload.type.includes("BitstringStatusListCredential"));
  const { statusPurpose, encodedList } = payload.credentialSubject;
  assert.equal(statusPurpose, entry.statusPurpose);
  assert.equal(encodedList[0], "u");
  const bits = gunzipSync(Buffer.from(encodedList.slice(1), "base64url"));
  assert.equal(bits.length * 8, 131_072);
  const place = Number(entry.statusListIndex);
  return ((bits[place >> 3] >> (7 - (place & 7))) & 1) === 1;
}

describe("A credential", () => {
  test("checks with another's library, by the key set and by the DID document", async () => {
    const token = await download(await issue("maria-k"));
    const { payload, protectedHeader } = await verify(token);
    assert.equal(protectedHeader.alg, "RS256");
    assert.deepEqual(payload.type, ["VerifiableCredential", "OpenBadgeCredential"]);
    assert.equal(payload.credentialSubject.type[0], "AchievementSubject");
    assert.equal(payload.sub, `${forum.base}/u/maria-k`);
    assert.equal(payload.credentialSubject.id, payload.sub);
    assert.equal(payload.jti, payload.id);
    assert.equal(payload.nbf, Date.parse(payload.validFrom) / 1000);
    assert.equal(payload.exp, payload.validUntil && Date.parse(payload.validUntil) / 1000);

    const document = await (await fetch(`${forum.base}/.well-known/did.json`)).json();
    assert.equal(document.id, payload.iss);
    const method = document.verificationMethod.find(({ id }) => id === protectedHeader.kid);
    assert.ok(document.assertionMethod.includes(method.id));
    await jwtVerify(token, await importJWK(method.publicKeyJwk, "RS256"), { issuer: document.id });
    for (const entry of payload.credentialStatus) assert.equal(await isSet(entry), false);
  });

  test("fails with a changed byte, anywhere", async () => {
    const token = await download(await issue("maria-k"));
    const keys = createLocalJWKSet(await (await fetch(`${forum.base}/.well-known/jwks.json`)).json());
    for (let at = 0; at < token.length - 2; at += 23) {
      if (token[at] === ".") continue;
      const changed = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
      await assert.rejects(jwtVerify(changed, keys), `byte ${at}`);
    }
  });

  test("still checks after the keys were rotated, and the next has a new key", async () => {
    const cookie = await issue("goran-m");
    const old = await download(cookie);
    assert.match(forum.run("keys", "rotate"), /Credentials are signed by a new key/);
    const fresh = await download(cookie);
    assert.notEqual(decodeProtectedHeader(old).kid, decodeProtectedHeader(fresh).kid);
    const [one, other] = await Promise.all([verify(old), verify(fresh)]);
    assert.deepEqual(one.payload, other.payload);
    for (const entry of one.payload.credentialStatus) assert.equal(await isSet(entry), false);
  });

  test("shows as revoked in the list when its owner ended it", async () => {
    const cookie = await issue("lena-h");
    const { payload } = await verify(await download(cookie));
    const [revocation, suspension] = payload.credentialStatus;
    assert.deepEqual([await isSet(revocation), await isSet(suspension)], [false, false]);
    assert.equal((await send(forum, `${OWN}/end`, {}, cookie)).status, 303);
    assert.deepEqual([await isSet(revocation), await isSet(suspension)], [true, false]);
  });
});

describe("Without scripts", () => {
  for (const width of [390, 1280]) {
    test(`a client checks what a member handed out, ${width} wide`, async () => {
      const page = await newPage(browser, forum, { scripts: false, as: "maria-k", width });
      try {
        await page.goto(OWN);
        const issueIt = page.getByRole("button", { name: "Issue my credential" });
        if (await issueIt.count()) await issueIt.click();
        await page.getByLabel("Who is it for?").fill(`A client at ${width}`);
        await page.getByRole("button", { name: "Make a link" }).click();
        const address = await page.getByRole("link", { name: /\/c\// }).first().getAttribute("href");
        await page.locator("summary", { hasText: "QR code" }).first().click();
        assert.equal(await overflow(page), null);
        await page.goto(address);
        await page.locator("[data-verdict=valid]").waitFor();
        await page.getByLabel("The name you know them by").fill("Somebody Else");
        await page.getByRole("button", { name: "Compare the name" }).click();
        await page.locator("[data-verdict=wrong-name]").waitFor();
        assert.equal(await overflow(page), null);
        assert.deepEqual(page.troubles, []);
      } finally {
        await page.context().close();
      }
    });
  }
});

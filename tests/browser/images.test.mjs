// Pictures in posts: picked, pasted and dropped with scripts; by the upload page without them.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { axe, cookieOf, newPage, overflow, send, startBrowser, startForum } from "./support.mjs";

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

async function visit(options, journey) {
  const page = await newPage(browser, forum, { as: "maria-k", ...options });
  try {
    await journey(page);
    assert.deepEqual(page.troubles, []);
  } finally {
    await page.context().close();
  }
}

async function startThread(title) {
  const cookie = await cookieOf(forum, "maria-k");
  const answer = await send(forum, "/b/finding-work/threads", { title, body: "The first words.", request_id: "" }, cookie);
  assert.equal(answer.status, 303, await answer.text());
  return answer.headers.get("location");
}

/** A picture that a browser drew, as a file. */
async function picture(page, name, colour, width = 900) {
  const data = await page.evaluate(([width, colour]) => {
    const canvas = Object.assign(document.createElement("canvas"), { width, height: 300 });
    const pen = canvas.getContext("2d");
    pen.fillStyle = colour;
    pen.fillRect(0, 0, width, 300);
    return canvas.toDataURL("image/png").split(",")[1];
  }, [width, colour]);
  return { name, mimeType: "image/png", buffer: Buffer.from(data, "base64") };
}

/** Pastes or drops files on the words. */
async function hand(page, how, files) {
  const given = files.map(({ name, mimeType, buffer }) => [name, mimeType, buffer.toString("base64")]);
  await page.locator("textarea[name=body]").evaluate((words, [how, given]) => {
    const data = new DataTransfer();
    for (const [name, type, base64] of given) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      data.items.add(new File([bytes], name, { type }));
    }
    const about = { bubbles: true, cancelable: true };
    words.focus();
    words.dispatchEvent(how === "paste"
      ? new ClipboardEvent("paste", { ...about, clipboardData: data })
      : new DragEvent("drop", { ...about, dataTransfer: data }));
  }, [how, given]);
}

const words = (page) => page.locator("textarea[name=body]");
const dialog = (page) => page.getByRole("dialog", { name: "Add an image" });
const said = (page) => page.locator(".image-line");

async function describeIt(page, alt) {
  await dialog(page).getByLabel("What does it show?").fill(alt);
  await dialog(page).getByRole("button", { name: "Add the image" }).click();
  await said(page).getByText("is in your text").waitFor();
}

describe("with scripts on", () => {
  test("a picture is picked, described, put at the cursor and posted", () =>
    visit({}, async (page) => {
      await page.goto(await startThread("A picture from a file"));
      await words(page).fill("Before. After.");
      await words(page).evaluate((area) => area.setSelectionRange(7, 8));
      const file = await picture(page, "quay.png", "#246");
      const choosing = page.waitForEvent("filechooser");
      await page.getByRole("link", { name: "Add an image" }).click();
      await (await choosing).setFiles(file);
      await dialog(page).waitFor();
      assert.deepEqual(await axe(page), []);
      await describeIt(page, "The quay [north]");

      const typed = await words(page).inputValue();
      assert.match(typed, /^Before\.\n\n!\[The quay \\\[north\\\]\]\(\/uploads\/[0-9a-f]{32}-900x300\.png\)\nAfter\.$/);
      await page.locator(".preview img").waitFor();
      await page.getByRole("button", { name: "Post reply" }).click();
      const shown = page.locator(".post-body img[alt='The quay [north]']");
      await shown.waitFor();
      assert.deepEqual(await shown.evaluate((image) => [image.width > 0, image.naturalWidth]), [true, 640]);
    }));

  for (const how of ["paste", "drop"]) {
    test(`pictures come by ${how}, one after the other, and decoration needs no words`, () =>
      visit({}, async (page) => {
        await page.goto(await startThread(`Pictures by ${how}`));
        await hand(page, how, [await picture(page, "a.png", "#642", 500), await picture(page, "b.png", "#264", 501)]);
        await dialog(page).getByLabel("What does it show?").fill("First");
        await dialog(page).getByRole("button", { name: "Add the image" }).click();
        await page.waitForFunction(() => document.querySelector("textarea[name=body]").value.includes("![First]"));
        await dialog(page).getByLabel("It is only decoration").check();
        await dialog(page).getByRole("button", { name: "Add the image" }).click();
        await said(page).getByText("b.png is in your text").waitFor();
        assert.match(await words(page).inputValue(), /^!\[First\]\(.*500x300\.png\)\n!\[\]\(.*501x300\.png\)\n$/);
      }));
  }

  test("a dialog that is closed uploads nothing, and what is refused is said", () =>
    visit({}, async (page) => {
      await page.goto(await startThread("No picture at all"));
      await hand(page, "paste", [await picture(page, "a.png", "#444")]);
      await dialog(page).getByRole("button", { name: "Cancel" }).click();
      await dialog(page).waitFor({ state: "detached" });
      assert.equal(await words(page).inputValue(), "");
      assert.equal(page.asked.some((address) => address.endsWith("/uploads")), false);

      await hand(page, "paste", [{ name: "no.png", mimeType: "image/png", buffer: Buffer.from("<svg/>") }]);
      await dialog(page).getByLabel("What does it show?").fill("Nothing");
      await dialog(page).getByRole("button", { name: "Add the image" }).click();
      await said(page).getByText("is no JPEG, PNG, GIF or WebP picture").waitFor();
      assert.equal(await words(page).inputValue(), "");
      // A refused answer is an error in the console, and meant to be.
      page.troubles.splice(0, page.troubles.length, ...page.troubles.filter((trouble) => !/422/.test(trouble)));
    }));
});

describe("with scripts off", () => {
  test("the upload page gives the line for the post", () =>
    visit({ scripts: false }, async (page) => {
      const drawing = await newPage(browser, forum, {});
      const file = await picture(drawing, "quay.png", "#357");
      await drawing.context().close();
      await page.goto("/uploads/new");
      await page.locator("#image").setInputFiles(file);
      await page.getByRole("button", { name: "Upload the picture" }).click();
      await page.getByText("Say in a few words what the picture shows").waitFor();
      await page.locator("#image").setInputFiles(file);
      await page.getByLabel("What does it show?").fill("The quay at night");
      await page.getByRole("button", { name: "Upload the picture" }).click();
      await page.getByRole("heading", { name: "Your picture is ready" }).waitFor();
      const line = await page.locator(".upload-made input").inputValue();
      assert.match(line, /^!\[The quay at night\]\(\/uploads\//);

      await page.goto(await startThread("A picture without scripts"));
      await words(page).fill(line);
      await page.getByRole("button", { name: "Post reply" }).click();
      await page.locator(".post-body img[alt='The quay at night']").waitFor();
    }));

  for (const [width, scheme] of [[390, "dark"], [1280, "light"]]) {
    test(`the upload page is whole at ${width} in ${scheme}`, () =>
      visit({ width, scheme }, async (page) => {
        await page.goto("/uploads/new");
        for (const [at, colour] of ["#357", "#753"].entries()) {
          await page.locator("#image").setInputFiles(await picture(page, "quay.png", colour, 800 + width + at));
          await page.getByLabel("What does it show?").fill("The quay at night");
          await page.getByRole("button", { name: "Upload the picture" }).click();
          await page.getByRole("heading", { name: "Your picture is ready" }).waitFor();
        }
        if (process.env.SCREENSHOTS) {
          await page.screenshot({ path: `${process.env.SCREENSHOTS}/uploads-${width}-${scheme}.png`, fullPage: true });
        }
        assert.deepEqual(await axe(page), []);
        assert.equal(await overflow(page), null);
      }));
  }
});

// Trying camera, microphone and connection, before anybody else is there.
const PATIENCE = 12_000;

/** Two connections of this page to itself: the way that a call takes. Answers whether the picture arrived. */
async function loop(stream, iceServers, iceTransportPolicy) {
  const [one, other] = [0, 1].map(() => new RTCPeerConnection({ iceServers, iceTransportPolicy }));
  try {
    const arrived = new Promise((done) => {
      setTimeout(() => done(false), PATIENCE);
      other.addEventListener("connectionstatechange", () => { if (other.connectionState === "connected") done(true); });
    });
    for (const [from, to] of [[one, other], [other, one]]) {
      from.addEventListener("icecandidate", ({ candidate }) => { if (candidate) to.addIceCandidate(candidate).catch(() => {}); });
    }
    for (const track of stream.getTracks()) one.addTrack(track, stream);
    await one.setLocalDescription();
    await other.setRemoteDescription(one.localDescription);
    await other.setLocalDescription();
    await one.setRemoteDescription(other.localDescription);
    return await arrived;
  } finally {
    one.close();
    other.close();
  }
}

function test(page, { askFor, inWords, listDevices }) {
  const find = (what) => page.querySelector(`[data-${what}]`);
  const [own, level] = [find("own"), find("level")];
  let [stream, sound, drawing] = [null, null, 0];

  const say = (check, is, text) => {
    const row = page.querySelector(`[data-check=${check}]`);
    row.dataset.is = is;
    row.querySelector("span").textContent = text;
  };

  function off() {
    cancelAnimationFrame(drawing);
    stream?.getTracks().forEach((track) => track.stop());
    sound?.close();
    [stream, sound, own.srcObject, level.value] = [null, null, null, 0];
  }

  /** The bar that moves with what the microphone hears. */
  function listen() {
    sound = new AudioContext();
    const hearing = sound.createAnalyser();
    hearing.fftSize = 1024;
    sound.createMediaStreamSource(stream).connect(hearing);
    const samples = new Float32Array(hearing.fftSize);
    let [loudest, shown] = [0, false];
    const draw = () => {
      hearing.getFloatTimeDomainData(samples);
      const loud = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
      level.value = Math.min(1, loud * 4);
      loudest = Math.max(loudest, loud);
      if (loudest > 0.01 && !shown) {
        shown = true;
        say("microphone", "good", "It hears you.");
      }
      drawing = requestAnimationFrame(draw);
    };
    say("microphone", "open", "Say something, and watch the bar.");
    draw();
  }

  async function connection() {
    say("connection", "open", "Trying…");
    const answer = await fetch("/verification/call/test/servers", { method: "POST" });
    const { ice } = answer.ok ? await answer.json() : { ice: [] };
    const hasRelay = ice.some((server) => server.credential);
    if (hasRelay && (await loop(stream, ice, "relay"))) {
      say("connection", "good", "Works, by the relay as well: you can be reached from everywhere.");
    } else if (await loop(stream, ice, "all")) {
      if (hasRelay) say("connection", "bad", "Works, but not by the relay. In the network of a company or a hotel, try another one for the call.");
      else say("connection", "good", "Your browser can hold a call.");
    } else say("connection", "bad", "No connection came about. Try another network, or another browser.");
  }

  async function begin(chosen) {
    off();
    say("camera", "open", "Your browser asks.");
    say("microphone", "open", "Your browser asks.");
    try {
      stream = await askFor(chosen);
    } catch (problem) {
      say("camera", "bad", inWords(problem));
      say("microphone", "bad", "Not switched on.");
      [find("start").hidden, find("done").hidden] = [true, false];
      return;
    }
    own.srcObject = stream;
    for (const part of ["preview", "room", "done"]) find(part).hidden = false;
    find("start").hidden = true;
    await listDevices(page, stream);
    const { width, height } = stream.getVideoTracks()[0].getSettings();
    say("camera", "good", `Works, with ${width} by ${height} dots. Do you see yourself clearly?`);
    listen();
    await connection();
  }

  const start = (chosen) => begin(chosen).catch((problem) => {
    console.warn("The test broke off:", problem);
    say("connection", "bad", "The test broke off. Try again.");
  });
  find("begin").addEventListener("click", () => start());
  find("again").addEventListener("click", () => start());
  find("off").addEventListener("click", () => {
    off();
    for (const part of ["preview", "room"]) find(part).hidden = true;
  });
  for (const list of page.querySelectorAll("[data-devices]")) {
    list.addEventListener("change", () => {
      const chosen = (kind) => page.querySelector(`[data-devices=${kind}]`).value;
      start({ camera: chosen("videoinput"), microphone: chosen("audioinput") });
    });
  }
  addEventListener("pagehide", off);
  find("start").hidden = false;
}

const page = document.querySelector("[data-calltest]");
if (page) {
  if (!navigator.mediaDevices || !("RTCPeerConnection" in window)) {
    page.querySelector("[data-check=camera] span").textContent = "This browser cannot hold a call here. Use another one, over https.";
  } else {
    // The same ways of asking as in the call itself; its address has a hash that only the page knows.
    const script = [...document.scripts].find((one) => one.src.includes("/assets/call.js"));
    test(page, await import(script.src));
  }
}

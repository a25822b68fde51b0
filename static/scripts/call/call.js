// The live call: from browser to browser, and the words beside it. The site passes on what the two need to meet.

/** How long a connection that broke is taken up again, as long as the call waits for it. */
const PATIENCE = 60_000;
const PING = 4000;

const name = () => [...crypto.getRandomValues(new Uint8Array(9))].map((byte) => (byte % 36).toString(36)).join("");
const inWords = (problem) => ({
  NotAllowedError: "Your browser was told not to give camera and microphone. Allow them for this site, beside its address, and try again.",
  NotFoundError: "No camera or no microphone was found. Connect them, and try again.",
  NotReadableError: "Another program uses your camera or microphone. Close it there, and try again.",
  OverconstrainedError: "That device is not there any more. Choose another.",
})[problem?.name] ?? "Camera and microphone could not be switched on. Try again, or use another browser.";

/** What an error page says, in one sentence. */
async function refusal(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("#main .lede")?.textContent.trim() || "The site did not answer.";
}

/** Fills the lists of devices, with the ones in use chosen. */
export async function listDevices(place, stream) {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const used = new Set(stream.getTracks().map((track) => track.getSettings().deviceId));
  for (const list of place.querySelectorAll("[data-devices]")) {
    const own = devices.filter((device) => device.kind === list.dataset.devices && device.deviceId);
    list.replaceChildren(...own.map((device, at) => {
      const option = new Option(device.label || `Device ${at + 1}`, device.deviceId);
      option.selected = used.has(device.deviceId);
      return option;
    }));
    list.disabled = own.length < 2;
  }
}

export const askFor = ({ camera, microphone } = {}) => navigator.mediaDevices.getUserMedia({
  video: { width: { ideal: 1280 }, height: { ideal: 720 }, ...(camera && { deviceId: { exact: camera } }) },
  audio: { echoCancellation: true, noiseSuppression: true, ...(microphone && { deviceId: { exact: microphone } }) },
});

export { inWords };

function call(stage) {
  const find = (what) => stage.querySelector(`[data-${what}]`);
  const { side, other, tickets } = stage.dataset;
  const isPolite = side === "member";
  const [box, words, theirs, own, say] = [find("mood"), find("words"), find("theirs"), find("own"), find("say")];
  let media = null; // camera and microphone of this side
  let current = null; // the number of the call
  let line = null; // the socket, once it stands
  let open = false; // whether the room took its ticket
  let room = { admitted: false, other: false };
  let servers = [];
  let outbox = [];
  let peer = null; // the connection to the other browser
  let [mine, known] = ["", null]; // its name here, and the name of the one over there
  let [making, ignoring, answering] = [false, false, false];
  let work = Promise.resolve();
  let [lost, wait, retry, heard, mended, said] = [0, 0, 0, 0, 0, ""];
  let left = true; // nobody is in the room, or means to be
  let hasBeen = false; // whether the two have met

  const isLinked = () => peer?.connectionState === "connected";
  const tell = (mood, text) => {
    box.dataset.mood = mood;
    if (said !== text) words.textContent = said = text;
  };

  /** How things stand, in words. */
  function show() {
    if (left) return;
    const ready = open && room.admitted;
    for (const field of say.elements) field.disabled = !ready;
    find("nobody").hidden = theirs.srcObject !== null;
    const linked = isLinked();
    if (room.admitted && hasBeen && !(open && linked && room.other)) lost ||= Date.now();
    else if (open) lost = 0;
    const seconds = Math.max(0, Math.ceil((lost + PATIENCE - Date.now()) / 1000));
    const still = seconds ? `Coming back for ${seconds} more ${seconds === 1 ? "second" : "seconds"}` : "It did not come back in time, and this page goes on trying";
    if (!open && !lost && !hasBeen) tell("waiting", "Going into the room…");
    else if (!open) tell("lost", `Your connection to the site broke. ${still}.`);
    else if (!room.admitted) {
      tell("waiting", isPolite ? "Waiting room: the agent lets you in. Nobody sees or hears you yet." : "The member is not let in yet.");
    } else if (!room.other) tell("lost", lost ? `The connection of ${other} broke. ${still}.` : `Waiting for ${other}…`);
    else if (linked) tell("connected", "Connected");
    else tell(lost ? "lost" : "waiting", lost ? `Sound and picture broke off. ${still}.` : `Connecting to ${other}…`);
    if (!room.other && !lost) box.dataset.mood = "waiting";
  }

  function send(message) {
    if (line?.readyState === WebSocket.OPEN && open && room.admitted) line.send(JSON.stringify(message));
    else if (outbox.length < 200) outbox.push(message);
  }

  function ping() {
    if (line?.readyState !== WebSocket.OPEN || !open) return;
    line.send(JSON.stringify({ type: "ping", linked: isLinked() }));
  }

  /** A connection to the other browser, from the beginning. */
  function begin() {
    peer?.close();
    outbox = outbox.filter((message) => message.type === "chat");
    [mine, known, making, ignoring, answering] = [name(), null, false, false, false];
    const it = new RTCPeerConnection({ iceServers: servers });
    const from = mine;
    peer = it;
    for (const track of media.getTracks()) it.addTrack(track, media);
    it.addEventListener("track", ({ track, streams }) => {
      theirs.srcObject = streams[0] ?? new MediaStream([track]);
      show();
    });
    it.addEventListener("icecandidate", ({ candidate }) => {
      if (it !== peer || !candidate) return;
      const { candidate: text, sdpMid, sdpMLineIndex, usernameFragment } = candidate;
      send({ type: "ice", candidate: text, mid: sdpMid, line: sdpMLineIndex, fragment: usernameFragment ?? null, from, to: known });
    });
    it.addEventListener("negotiationneeded", () => describe(it).catch(trouble));
    it.addEventListener("connectionstatechange", () => {
      if (it !== peer) return;
      if (isLinked()) hasBeen = true;
      if (it.connectionState === "failed") mend(true);
      ping();
      show();
    });
  }

  const trouble = (problem) => console.info("The call goes on after:", problem);

  /** Tells the other browser what this one can do. */
  async function describe(it) {
    try {
      making = true;
      await it.setLocalDescription();
      if (it !== peer) return;
      const { type, sdp } = it.localDescription;
      send({ type, sdp, from: mine, to: known });
    } finally {
      if (it === peer) making = false;
    }
  }

  /** Looks for other ways to reach each other, when the one in use broke. */
  function mend(now = false) {
    if (!peer || !open || !room.other || isLinked() || peer.connectionState === "new") return;
    if (!now && Date.now() - mended < 5000) return;
    mended = Date.now();
    peer.restartIce();
  }

  /** What the other browser says of itself. Each connection has a name, so that what was meant for one that is gone is left. */
  async function negotiate(message) {
    const { type, from, to } = message;
    if (to && to !== mine && peer) return;
    if (type === "offer") {
      if (!peer || (known && known !== from)) begin();
      const it = peer;
      const isReady = !making && (it.signalingState === "stable" || answering);
      ignoring = !isPolite && !isReady;
      if (ignoring) return;
      known = from;
      await it.setRemoteDescription({ type, sdp: message.sdp });
      if (it === peer) await describe(it);
    } else if (type === "answer") {
      if (!peer || (known && known !== from)) return;
      known = from;
      answering = true;
      await peer.setRemoteDescription({ type, sdp: message.sdp }).finally(() => { answering = false; });
    } else if (peer && from === known) {
      const candidate = { candidate: message.candidate, sdpMid: message.mid, sdpMLineIndex: message.line, usernameFragment: message.fragment };
      await peer.addIceCandidate(candidate).catch((problem) => { if (!ignoring) throw problem; });
    }
  }

  function write(who, text) {
    const [row, by, what] = ["p", "b", "span"].map((kind) => document.createElement(kind));
    [by.textContent, what.textContent] = [who, text];
    row.classList.toggle("is-own", who === "You");
    row.append(by, what);
    const lines = find("lines");
    lines.append(row);
    lines.scrollTop = lines.scrollHeight;
  }

  function take(message) {
    heard = Date.now();
    switch (message.type) {
      case "seated":
        [open, servers, wait] = [true, message.ice, 0];
        peer?.setConfiguration({ iceServers: servers });
        break;
      case "room": {
        const came = message.other && !room.other;
        room = message;
        if (room.admitted) {
          for (const late of outbox.splice(0)) send(late);
          if (room.other && !peer) begin();
          else if (came) mend(true);
        }
        break;
      }
      case "offer":
      case "answer":
      case "ice":
        work = work.then(() => negotiate(message)).catch(trouble);
        break;
      case "chat":
        write(other === "the agent" ? "Agent" : "Member", message.text);
        break;
      case "bye":
        write(other === "the agent" ? "Agent" : "Member", "(left the call)");
        break;
      case "over":
        end(message.aborted
          ? `The connection did not come back, so this call ended. ${isPolite ? "Nothing is held against you: you are first in line." : "The member is first in line."}`
          : "The call is over.");
        find("over").hidden = false;
        break;
      case "refused":
        if (!message.again) end(message.why, true);
        break;
    }
    show();
  }

  /** Sits down in the room: a ticket by the page's own session, then the socket. */
  async function sit() {
    clearTimeout(retry);
    if (left || line) return;
    const it = line = { readyState: WebSocket.CONNECTING, close() {} };
    try {
      const answer = await fetch(tickets, { method: "POST", signal: AbortSignal.timeout(8000) });
      if (line !== it || left) return;
      if (answer.status >= 500 || answer.status === 429) throw new Error(`${answer.status}`);
      if (!answer.ok) {
        end(await refusal(answer), true);
        return;
      }
      const { call: number, ticket } = await answer.json();
      if (number !== current) {
        // The call before broke off, and this is the next.
        peer?.close();
        [current, peer, hasBeen, lost, outbox] = [number, null, false, 0, []];
        theirs.srcObject = null;
      }
      const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/calls/${number}/socket?side=${side}`);
      line = socket;
      socket.addEventListener("open", () => socket.send(JSON.stringify({ type: "hello", ticket })));
      socket.addEventListener("message", ({ data }) => { if (line === socket) take(JSON.parse(data)); });
      socket.addEventListener("close", () => { if (line === socket) broke(); });
    } catch {
      if (line === it) broke();
    }
  }

  function broke() {
    [line, open] = [null, false];
    if (left) return;
    if (hasBeen || room.admitted) lost ||= Date.now();
    wait = Math.min(8000, wait * 2 || 500);
    retry = setTimeout(sit, wait);
    show();
  }

  function cut() {
    const gone = line;
    line = null;
    gone?.close();
    if (!left) broke();
  }

  /** Lets everything go, and says why. */
  function end(why, mayRetry = false) {
    left = true;
    clearTimeout(retry);
    const gone = line;
    [line, open, room, lost, hasBeen, outbox] = [null, false, { admitted: false, other: false }, 0, false, []];
    gone?.close();
    peer?.close();
    peer = null;
    media?.getTracks().forEach((track) => track.stop());
    media = theirs.srcObject = own.srcObject = null;
    find("room").hidden = true;
    find("start").hidden = !mayRetry;
    tell("off", why);
  }

  async function join() {
    find("join").disabled = true;
    tell("waiting", "Your browser asks for camera and microphone.");
    try {
      media = await askFor();
    } catch (problem) {
      tell("off", inWords(problem));
      return;
    } finally {
      find("join").disabled = false;
    }
    own.srcObject = media;
    [find("start").hidden, find("room").hidden] = [true, false];
    for (const button of [find("mute"), find("camera")]) button.setAttribute("aria-pressed", "false");
    [find("mute").textContent, find("camera").textContent] = ["Mute", "Camera off"];
    left = false;
    listDevices(stage, media).catch(trouble);
    show();
    sit();
  }

  function toggle(button, kind, [on, off]) {
    const isOff = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isOff));
    button.textContent = isOff ? off : on;
    media?.getTracks().filter((track) => track.kind === kind).forEach((track) => { track.enabled = !isOff; });
  }

  /** Another camera or microphone, in the same call. */
  async function change() {
    const chosen = (kind) => stage.querySelector(`[data-devices=${kind}]`).value;
    const next = await askFor({ camera: chosen("videoinput"), microphone: chosen("audioinput") });
    for (const track of next.getTracks()) {
      const before = media.getTracks().find((one) => one.kind === track.kind);
      track.enabled = before?.enabled ?? true;
      before?.stop();
      await peer?.getSenders().find((sender) => sender.track?.kind === track.kind)?.replaceTrack(track);
    }
    media = own.srcObject = next;
  }

  find("join").addEventListener("click", join);
  find("mute").addEventListener("click", (event) => toggle(event.currentTarget, "audio", ["Mute", "Unmute"]));
  find("camera").addEventListener("click", (event) => toggle(event.currentTarget, "video", ["Camera off", "Camera on"]));
  find("stop").addEventListener("click", () => {
    if (line?.readyState === WebSocket.OPEN && open) line.send(JSON.stringify({ type: "bye" }));
    end(isPolite
      ? "You stopped. You can go back in within a minute; after that the call ends, and nothing is held against you."
      : "You left the call. Go back in within a minute, or it ends.", true);
  });
  for (const list of stage.querySelectorAll("[data-devices]")) {
    list.addEventListener("change", () => change().catch((problem) => write("This page", inWords(problem))));
  }
  say.addEventListener("submit", (event) => {
    event.preventDefault();
    const field = say.querySelector("input");
    const text = field.value.trim();
    if (!text) return;
    send({ type: "chat", text });
    write("You", text);
    field.value = "";
  });
  addEventListener("offline", cut);
  addEventListener("online", () => { if (!left && !line) sit(); });
  addEventListener("pagehide", () => line?.close());
  setInterval(() => {
    if (left) return;
    ping();
    if (open && Date.now() - heard > 3 * PING) cut();
    mend();
  }, PING);
  setInterval(show, 1000);
  find("start").hidden = false;
  if (!navigator.mediaDevices || !("RTCPeerConnection" in window)) {
    find("start").hidden = true;
    tell("off", "This browser cannot hold a call here. Use another one, over https.");
  }
}

const stage = document.querySelector("[data-stage]");
if (stage) call(stage);

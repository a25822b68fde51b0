// Tells whoever reads a thread that answers came, in one line after the last post. Nothing moves by itself, and the
// page works without it.

// The server notices only after a while that a page was left, and an address has only so many connections: a page
// that is leafed past in less than this opens none.
const REST = 2000;

function watch(stream) {
  const known = Number(stream.dataset.last) || 0;
  const title = document.title;
  const line = document.createElement("p");
  const link = document.createElement("a");
  let source = null;
  let timer = 0;
  let last = known;
  line.className = "news";
  line.setAttribute("role", "status");
  link.className = "button";
  stream.after(line);

  function show() {
    const count = last - known;
    if (count < 1) return;
    document.title = `(${count}) ${title}`;
    link.textContent = count === 1 ? "1 new reply" : `${count} new replies`;
    // The number's own address finds its page, however many pages the thread has by then.
    link.href = stream.dataset.live.replace(/\/live$/, `/${known + 1}`);
    if (!link.isConnected) line.append(link);
  }

  function close() {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  function open() {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(connect, REST);
  }

  function connect() {
    if (source || document.hidden) return;
    source = new EventSource(stream.dataset.live);
    source.addEventListener("replies", (event) => {
      try {
        last = Math.max(last, Number(JSON.parse(event.data).last) || 0);
        show();
      } catch {
        // Words that cannot be read are no news.
      }
    });
    // A connection that breaks off is taken up again by the browser; a refusal is not.
  }

  // A page that nobody looks at asks for nothing; once it asks, it hears what it missed.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
}

const stream = document.querySelector("[data-live][data-last]");
if (stream && "EventSource" in window) watch(stream);

// The chat beside a broadcast. What happens has numbers: after a lost connection the server goes on from the last one
// that was seen. Everything that is not the chat's own affair is passed on as an event of the document, "live:…".

const panel = document.querySelector("[data-chat]");
if (panel?.hasAttribute("data-open")) start();

function start() {
  const id = panel.dataset.chat;
  const list = panel.querySelector("[data-messages]");
  const pattern = panel.querySelector("[data-pattern]").content.firstElementChild;
  const state = panel.querySelector("[data-state]");
  const newer = panel.querySelector("[data-newer]");
  const form = panel.querySelector("[data-say]");
  const error = panel.querySelector(".say-error");
  const MOST = 300;

  let last = Number(panel.dataset.seq);
  let socket = null;
  let attempt = 0;
  // Sent and not answered yet, by the id that we gave it: sent again after a reconnection, taken once.
  const waiting = new Map();
  const mine = new Set();

  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`live:${name}`, { detail }));
  const atEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  const toEnd = () => { list.scrollTop = list.scrollHeight; newer.hidden = true; };
  const find = (message) => list.querySelector(`[data-id="${Number(message)}"]`);

  function connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/live/${id}/socket?after=${last}`);
    socket.addEventListener("open", () => {
      attempt = 0;
      state.textContent = "";
      for (const message of waiting.values()) socket.send(message);
    });
    socket.addEventListener("message", (event) => hear(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => {
      if (event.code === 4403) {
        state.textContent = panel.dataset.textBanned;
        form?.remove();
        return;
      }
      attempt += 1;
      if (attempt > 1) state.textContent = panel.dataset.textAgain;
      // An instance that stops sends all its viewers away at once: they do not come back at once.
      const longest = event.code === 1012 ? 1500 : Math.min(15000, 500 * 2 ** attempt);
      setTimeout(connect, longest * (0.3 + 0.7 * Math.random()));
    });
  }

  function hear(told) {
    switch (told.type) {
      case "events": return told.events.forEach(happened);
      case "reset":
        list.replaceChildren();
        last = told.seq;
        state.textContent = panel.dataset.textSkipped;
        return;
      case "ack":
        waiting.delete(told.client_id);
        mine.add(told.id);
        markMine(find(told.id));
        return;
      case "error": return refused(told);
      case "viewers": case "hearts": case "stock": return tell(told.type, told);
    }
  }

  function happened(event) {
    if (event.seq <= last) return;
    last = event.seq;
    switch (event.kind) {
      case "message": return add(event);
      case "deleted": return find(event.id)?.remove();
      case "slow": return slow(event.seconds);
      default: tell(event.kind, event);
    }
  }

  function add(message) {
    // The page may have come with it.
    if (find(message.id)) return;
    const follow = atEnd();
    const line = pattern.cloneNode(true);
    line.dataset.id = message.id;
    line.classList.toggle("notice", message.notice);
    line.querySelector(".who").textContent = message.nickname;
    line.querySelector(".text").textContent = message.body;
    line.querySelector(".badge.seller").hidden = !message.seller;
    for (const link of line.querySelectorAll("a[href]")) link.href = link.getAttribute("href").replace("/message/0", `/message/${message.id}`);
    for (const inside of line.querySelectorAll("form")) inside.setAttribute("action", inside.getAttribute("action").replace("/messages/0/", `/messages/${message.id}/`));
    if (mine.has(message.id)) markMine(line);
    list.append(line);
    panel.querySelector("[data-nobody]")?.remove();
    // Who reads further up is not disturbed.
    while (list.childElementCount > MOST && follow) list.firstElementChild.remove();
    if (follow) toEnd();
    else newer.hidden = false;
  }

  function markMine(line) {
    for (const own of line?.querySelectorAll("[data-mine]") ?? []) own.hidden = false;
    for (const other of line?.querySelectorAll("[data-not-mine]") ?? []) other.hidden = true;
  }

  function slow(seconds) {
    const note = panel.querySelector("[data-slow]");
    note.hidden = seconds === 0;
    note.textContent = panel.dataset.textSlow.replace("{n}", seconds);
  }

  function refused(told) {
    const message = waiting.get(told.client_id);
    waiting.delete(told.client_id);
    if (!error) return;
    error.textContent = told.message;
    const field = form.elements.body;
    field.setAttribute("aria-invalid", "true");
    // What was written is not lost.
    if (message && field.value === "") field.value = JSON.parse(message).body;
  }

  form?.addEventListener("submit", (event) => {
    // A notice is a form of its own, and so is everything while there is no connection.
    if (form.elements.notice?.checked || socket?.readyState !== WebSocket.OPEN) return;
    event.preventDefault();
    const field = form.elements.body;
    const body = field.value.trim();
    if (body === "") return;
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    const client_id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const message = JSON.stringify({ type: "message", client_id, body });
    waiting.set(client_id, message);
    socket.send(message);
    field.value = "";
    field.removeAttribute("aria-invalid");
    error.textContent = "";
    toEnd();
    field.focus();
  });

  document.addEventListener("live:send-heart", () => {
    if (socket?.readyState === WebSocket.OPEN) socket.send('{"type":"heart"}');
  });

  newer.addEventListener("click", () => { toEnd(); list.focus(); });
  list.addEventListener("scroll", () => { if (atEnd()) newer.hidden = true; }, { passive: true });
  // Escape closes an open menu and leads back to its button.
  list.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" ? event.target.closest("details[open]") : null;
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });
  list.addEventListener("toggle", (event) => {
    for (const other of event.target.open ? list.querySelectorAll("details[open]") : []) if (other !== event.target) other.open = false;
  }, true);

  toEnd();
  connect();
}

// Deleting and muting happen in the background: the event that follows changes the list.
panel?.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-quiet")) return;
  event.preventDefault();
  const state = panel.querySelector("[data-state]");
  const menu = form.closest("details");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { accept: "application/json" } });
    const problem = answer.ok ? "" : (await answer.json()).detail;
    if (state) state.textContent = problem;
  } catch {
    if (state) state.textContent = panel.dataset.textFailed;
  }
  if (menu) menu.open = false;
  // base.js marks forms as sent; this one stays.
  delete form.dataset.sent;
});

// The studio has no player, but the same figures.
for (const kind of ["viewers", "hearts"]) {
  document.addEventListener(`live:${kind}`, (event) => {
    for (const shown of document.querySelectorAll(`[data-${kind}]`)) {
      shown.textContent = (shown.dataset[kind] || "{n}").replace("{n}", event.detail.count.toLocaleString());
    }
  });
}

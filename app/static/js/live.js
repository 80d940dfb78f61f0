// A broadcast's page: the player, the products with what is left of them, the pin, ordering without leaving.

const page = document.querySelector("[data-watch]");
const video = document.querySelector("#player");
const curtain = document.querySelector("[data-curtain]");
const hidden = (element, is) => { if (element) element.hidden = is; };

// Player: hls.js where the browser cannot play HLS itself.
let player = null;
async function play() {
  if (!video) return;
  const { source, hls } = video.dataset;
  const { default: Hls } = await import(hls);
  const live = page.dataset.status !== "ended";
  if (!Hls.isSupported()) {
    video.src = source;
    video.addEventListener("error", () => later(live), { once: true });
    return;
  }
  player?.destroy();
  player = new Hls({ liveDurationInfinity: true, backBufferLength: 30 });
  player.on(Hls.Events.MANIFEST_PARSED, () => {
    hidden(curtain, true);
    // Muted, so that browsers allow it; who does not allow it has the controls.
    if (live) video.play().catch(() => {});
  });
  player.on(Hls.Events.ERROR, (_, error) => {
    if (!error.fatal) return;
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR) player.recoverMediaError();
    else later(live);
  });
  player.loadSource(source);
  player.attachMedia(video);
}
// Not sending yet, or gone for a moment.
function later(live) {
  hidden(curtain, false);
  if (live) setTimeout(play, 4000 + 2000 * Math.random());
}
play();

document.addEventListener("live:started", () => location.reload());
document.addEventListener("live:ended", () => location.reload());

// The pinned product.
document.addEventListener("live:pinned", ({ detail }) => {
  for (const good of document.querySelectorAll(".offer")) {
    good.classList.toggle("pinned", good.dataset.product === String(detail.product));
  }
  const bar = document.querySelector("[data-pinned]");
  const good = document.querySelector(`.offer[data-product="${Number(detail.product)}"]`);
  if (!bar) return;
  bar.replaceChildren();
  if (!good) return;
  const link = document.createElement("a");
  link.href = `#product-${Number(detail.product)}`;
  const label = document.createElement("strong");
  label.textContent = bar.dataset.label;
  link.append(label, " ", good.querySelector(".offer-title").textContent, " ", good.querySelector(".price").cloneNode(true));
  bar.append(link);
});

// What is left.
document.addEventListener("live:stock", ({ detail }) => {
  for (const [variant, left] of Object.entries(detail.variants)) {
    const shown = document.querySelector(`[data-left="${Number(variant)}"]`);
    if (shown) shown.textContent = left > 0 ? shown.dataset.text.replace("{n}", left.toLocaleString()) : shown.dataset.none;
    const option = document.querySelector(`option[data-option][value="${Number(variant)}"]`);
    if (option) {
      option.disabled = left <= 0;
      option.textContent = left > 0 ? option.dataset.option : `${option.dataset.option} · ${option.dataset.none}`;
    }
  }
  for (const form of document.querySelectorAll("[data-order]")) {
    const variants = [...form.querySelectorAll("[name=variant], [name=variant] option")].map((one) => one.value);
    form.querySelector("button").disabled = !variants.some((variant) => detail.variants[variant] > 0);
  }
});

// Into the cart without leaving.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-order")) return;
  event.preventDefault();
  const button = form.querySelector("button");
  const [added, failed] = [document.querySelector("[data-added]"), document.querySelector("[data-order-failed]")];
  hidden(added, true);
  hidden(failed, true);
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { accept: "application/json" } });
    if (answer.status === 401 || new URL(answer.url).pathname === "/login") {
      location.href = `/login?next=${encodeURIComponent(location.pathname)}`;
      return;
    }
    if (answer.ok) {
      hidden(added, false);
      added.scrollIntoView({ block: "nearest" });
    } else {
      failed.textContent = (await answer.json()).detail;
      hidden(failed, false);
    }
  } catch {
    // As a form without scripts would have gone.
    form.submit();
  } finally {
    button.disabled = false;
    delete form.dataset.sent;
  }
});

// Hearts.
const heart = document.querySelector("[data-heart]");
hidden(heart, false);
heart?.addEventListener("click", () => {
  document.dispatchEvent(new CustomEvent("live:send-heart"));
  const shown = heart.querySelector("[data-hearts]");
  shown.textContent = (Number(shown.textContent.replace(/\D/g, "")) + 1).toLocaleString();
});

// The replay: from the timeline to the moment, and the chat beside it.
for (const button of document.querySelectorAll("[data-seek]")) {
  button.addEventListener("click", () => {
    if (!video) return;
    video.currentTime = Math.min(Number(button.dataset.seek), Number.isFinite(video.duration) ? video.duration : Infinity);
    video.play().catch(() => {});
    video.scrollIntoView({ block: "nearest" });
  });
}
if (page?.dataset.status === "ended" && video) {
  const said = [...document.querySelectorAll(".message[data-seconds]")];
  const seeks = [...document.querySelectorAll("[data-seek]")];
  let shown = null;
  video.addEventListener("timeupdate", () => {
    const now = video.currentTime;
    const current = seeks.findLast((seek) => Number(seek.dataset.seek) <= now);
    for (const seek of seeks) {
      if (seek === current) seek.setAttribute("aria-current", "true");
      else seek.removeAttribute("aria-current");
    }
    const newest = said.findLast((line) => Number(line.dataset.seconds) <= now);
    if (newest && newest !== shown) {
      shown?.classList.remove("now");
      newest.classList.add("now");
      const list = newest.parentElement;
      if (!list.contains(document.activeElement)) list.scrollTop = newest.offsetTop - list.offsetTop - list.clientHeight / 2;
      shown = newest;
    }
  });
}

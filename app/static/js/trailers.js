// Previews play while they are seen; comments appear while the page is open.
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const seen = new IntersectionObserver(async (entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) target.pause();
    else {
      await load(target);
      if (!still) target.play().catch(() => {});
    }
  }
}, { threshold: 0.6 });
for (const video of document.querySelectorAll("video[data-preview]")) seen.observe(video);

// Converted videos are playlists: hls.js where the browser cannot play them itself, and only once they are seen.
async function load(video) {
  const { source, hls } = video.dataset;
  if (!source) return;
  delete video.dataset.source;
  const { default: Hls } = await import(hls);
  if (!Hls.isSupported()) {
    video.src = source;
    return;
  }
  const player = new Hls({ maxBufferLength: 10, capLevelToPlayerSize: true });
  player.loadSource(source);
  player.attachMedia(video);
}

const list = document.querySelector("[data-comments]");
if (list && !("still" in list.dataset)) {
  let waiting = false;
  // Nobody's half-written change is taken away.
  const busy = () => list.querySelector("details[open]") || list.contains(document.activeElement);
  const refresh = async () => {
    waiting = Boolean(busy());
    if (waiting) return;
    const answer = await fetch(list.dataset.comments).catch(() => null);
    if (!answer?.ok) return;
    const text = await answer.text();
    waiting = Boolean(busy());
    if (!waiting) list.innerHTML = text;
  };
  const changes = new EventSource(list.dataset.changes);
  let opened = false;
  // What happened while the connection was gone is fetched too.
  changes.onopen = () => { if (opened) refresh(); opened = true; };
  changes.onmessage = refresh;
  const later = () => setTimeout(() => { if (waiting) refresh(); });
  list.addEventListener("toggle", later, true);
  list.addEventListener("focusout", later);
}

// Sends a chosen file straight to the storage and puts its id into the form. Needs XMLHttpRequest: fetch tells no progress.
for (const field of document.querySelectorAll("[data-upload]")) {
  const [file, bar, note] = ["[type=file]", "progress", "[role=status]"].map((part) => field.querySelector(part));
  const into = field.querySelector(`[name=${field.dataset.into}]`);
  const button = field.closest("form").querySelector("[type=submit]");
  file.addEventListener("change", async () => {
    const chosen = file.files[0];
    if (!chosen) return;
    button.disabled = true;
    bar.hidden = false;
    note.textContent = field.dataset.busy;
    try {
      const form = { purpose: field.dataset.upload, content_type: chosen.type, size: chosen.size };
      const begun = await ask("/api/media/uploads", form);
      await send(begun.ticket, chosen, bar);
      const done = await ask(begun.done, {});
      into.value = done.id;
      note.textContent = field.dataset.done;
    } catch (error) {
      file.value = "";
      note.textContent = error.message || field.dataset.failed;
    }
    bar.hidden = true;
    button.disabled = false;
  });
}

async function ask(path, fields) {
  const headers = { accept: "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: new URLSearchParams(fields) });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.detail ?? "");
  return body;
}

function send(ticket, file, bar) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(ticket.method, ticket.url);
    for (const [name, value] of Object.entries(ticket.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => { bar.value = (event.loaded / event.total) * 100; };
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error("")));
    request.onerror = () => reject(new Error(""));
    request.send(file);
  });
}

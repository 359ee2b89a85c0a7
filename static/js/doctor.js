// The doctor's page: fetches the steps as JSON lines and puts each one's finished HTML in its place.
function token() {
  return JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
}

async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    rest += value;
    const parts = rest.split("\n");
    rest = parts.pop();
    for (const part of parts) if (part) yield JSON.parse(part);
  }
}

function show(list, told) {
  const holder = document.createElement("template");
  holder.innerHTML = told.html;
  const fresh = holder.content.firstElementChild;
  const old = [...list.children].find((one) => one.dataset.step === told.step);
  if (old) old.replaceWith(fresh);
  else list.append(fresh);
}

async function examine(section) {
  const list = section.querySelector("[data-doctor-steps]");
  const again = section.querySelector("[data-doctor-again]");
  const now = section.querySelector("[data-doctor-now]");
  const words = section.querySelector("[data-doctor-words]").dataset;
  const end = section.parentElement.querySelector("[data-doctor-end]");
  again.disabled = true;
  now.textContent = words.busy;
  list.replaceChildren();
  end.replaceChildren();
  let failed = false;
  let ended = false;
  // why nobody may look here (any more)
  let refused = "";
  try {
    const answer = await fetch(section.dataset.doctor, {
      method: "POST",
      headers: { "X-CSRFToken": token() },
    });
    if ([403, 404].includes(answer.status)) refused = words.refused;
    if (!answer.ok) throw new Error(`${answer.status}`);
    for await (const told of lines(answer.body)) {
      if (told.step) {
        failed ||= told.state === "failed";
        show(list, told);
      } else if (told.withdrawn) {
        refused = told.withdrawn;
      } else {
        ended = true;
        end.innerHTML = told.end;
        window.htmx?.process(end);
      }
    }
  } catch {
    ended = false;
  }
  // a step that nobody waits for any more does not turn for ever
  for (const left of list.querySelectorAll(".doctor-running")) left.remove();
  const outcome = failed ? words.bad : words.good;
  now.textContent = refused || (ended ? outcome : words.broken);
  again.hidden = Boolean(refused);
  again.disabled = false;
}

for (const section of document.querySelectorAll("[data-doctor]")) {
  section.querySelector("[data-doctor-again]").addEventListener("click", () => examine(section));
  if (section.hasAttribute("data-doctor-auto")) examine(section);
}

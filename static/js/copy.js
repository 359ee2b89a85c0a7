// A click on [data-copy] copies its text; plain http on a LAN has no clipboard API, so an old way stands by.
import { politely, word } from "haulout/say";

export async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  event.preventDefault();
  await copy(button.dataset.copy);
  button.dataset.copied = "";
  politely(word("copied"));
  setTimeout(() => delete button.dataset.copied, 1200);
});

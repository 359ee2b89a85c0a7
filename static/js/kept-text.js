// Text that is shown once: [data-copy-of=ID] copies it, [data-download-of=ID] saves it as data-name.
import { copy } from "haulout/copy";
import { politely, word } from "haulout/say";

const textOf = (id) => document.getElementById(id).textContent;

for (const button of document.querySelectorAll("[data-copy-of]")) {
  button.addEventListener("click", async () => {
    await copy(textOf(button.dataset.copyOf));
    const before = button.textContent;
    button.textContent = word("copied");
    politely(word("copied"));
    setTimeout(() => {
      button.textContent = before;
    }, 1200);
  });
}

for (const button of document.querySelectorAll("[data-download-of]")) {
  button.addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(
      new Blob([textOf(button.dataset.downloadOf)], { type: "text/plain" }),
    );
    link.download = button.dataset.name;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}

// A role's form: find verbs, tick whole groups, compare with another role. What a verb needs is ticked
// along with it, and what needs an unticked one goes with it. Without this script the groups unfold and
// their boxes are ticked by hand.
const form = document.querySelector("[data-role-form]");
const boxes = [...form.querySelectorAll('input[name="verbs"]')];
const groups = [...form.querySelectorAll("[data-group]")];
const [find, ticked, bites, found, unfold] = [
  "find",
  "only-ticked",
  "only-sensitive",
  "found",
  "unfold",
].map((name) => form.querySelector(`[data-${name}]`));
const choice = form.querySelector("[data-compare]");
const diff = form.querySelector("[data-diff]");

const fill = (text, values) =>
  Object.entries(values).reduce((said, [key, value]) => said.replace(`%(${key})s`, value), text);
const needs = (box) => (box.dataset.needs || "").split(" ").filter(Boolean);
const inside = (group) => boxes.filter((box) => group.contains(box));

// [how many are ticked, how many of these are sensitive]
const counted = (some) => [
  some.filter((box) => box.checked).length,
  some.filter((box) => box.checked && "bites" in box.dataset).length,
];

function count() {
  for (const group of groups) {
    const some = inside(group);
    const [on, sensitive] = counted(some);
    const [sum, mark] = ["sum", "sensitive"].map((name) => group.querySelector(`[data-${name}]`));
    sum.textContent = fill(sum.dataset.words, { on, all: some.length });
    mark.textContent = fill(mark.dataset.words, { n: sensitive });
    mark.hidden = !sensitive;
  }
  const sum = form.querySelector("[data-role-sum]");
  const [on, sensitive] = counted(boxes);
  sum.textContent = fill(sum.dataset.words, { on, all: boxes.length, sensitive });
}

function along(changed) {
  const also = [];
  for (const box of changed) {
    for (const other of boxes) {
      const follows = box.checked
        ? needs(box).includes(other.value)
        : needs(other).includes(box.value);
      if (!follows || other.checked === box.checked) continue;
      other.checked = box.checked;
      if (!changed.includes(other)) also.push(other.dataset.label);
    }
  }
  if (also.length) found.textContent = `${found.dataset.along} ${also.join(", ")}`;
}

function sift() {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  const sifted = Boolean(words.length || ticked.checked || bites.checked);
  let shown = 0;
  for (const group of groups) {
    const name = group.querySelector(".role-group-name").textContent;
    let some = 0;
    for (const box of inside(group)) {
      const line = box.closest(".role-tick");
      const text = `${box.value} ${name} ${line.textContent}`.toLowerCase();
      const fits =
        words.every((one) => text.includes(one)) &&
        (!ticked.checked || box.checked) &&
        (!bites.checked || "bites" in box.dataset);
      line.hidden = !fits;
      if (fits) some += 1;
    }
    group.hidden = sifted && !some;
    // what was unfolded by hand stays so once nothing is looked for
    if (sifted && !("was" in group.dataset)) group.dataset.was = group.open ? "open" : "";
    if (sifted) group.open = some > 0;
    else if ("was" in group.dataset) {
      group.open = group.dataset.was === "open";
      delete group.dataset.was;
    }
    shown += some;
  }
  const result = shown ? fill(found.dataset.words, { n: shown }) : found.dataset.none;
  found.textContent = sifted ? result : "";
  label();
}

const folded = () => groups.some((group) => !group.hidden && !group.open);

function label() {
  unfold.textContent = folded() ? unfold.dataset.open : unfold.dataset.close;
}

function differences() {
  diff.replaceChildren();
  if (!choice.value) return;
  const theirs = new Set(choice.value.split(" "));
  const lists = [
    ["more", boxes.filter((box) => box.checked && !theirs.has(box.value))],
    ["less", boxes.filter((box) => !box.checked && theirs.has(box.value))],
  ];
  for (const [name, some] of lists) {
    if (!some.length) continue;
    const head = document.createElement("h3");
    head.textContent = `${diff.dataset[name]} (${some.length})`;
    const list = document.createElement("ul");
    list.className = "piece-verbs";
    for (const box of some) {
      const go = document.createElement("button");
      go.type = "button";
      go.className = "bites" in box.dataset ? "tag tone-warn" : "tag";
      go.textContent = box.dataset.label;
      go.addEventListener("click", () => show(box));
      list.append(document.createElement("li"));
      list.lastChild.append(go);
    }
    diff.append(head, list);
  }
  if (!diff.childElementCount) diff.textContent = diff.dataset.same;
}

function show(box) {
  if (box.closest(".role-tick").hidden) {
    find.value = "";
    ticked.checked = bites.checked = false;
    sift();
  }
  box.closest("[data-group]").open = true;
  box.focus();
  box.closest(".role-tick").scrollIntoView({ block: "center" });
}

form.addEventListener("change", (event) => {
  if (event.target === choice) {
    differences();
    event.stopPropagation();
  }
  if (event.target === ticked || event.target === bites) sift();
  if (event.target.name !== "verbs") return;
  along([event.target]);
  count();
  differences();
});
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-all], [data-none]");
  if (!button) return;
  const on = "all" in button.dataset;
  // those that are found alone, when something is looked for
  const some = inside(button.closest("[data-group]")).filter(
    (box) => !box.closest(".role-tick").hidden && box.checked !== on,
  );
  for (const box of some) box.checked = on;
  along(some);
  count();
  differences();
  if (some.length) form.dispatchEvent(new Event("change"));
});
find.addEventListener("input", sift);
find.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
  if (event.key === "Escape" && find.value) {
    find.value = "";
    sift();
    event.stopPropagation();
  }
});
unfold.addEventListener("click", () => {
  const open = folded();
  for (const group of groups) if (!group.hidden) group.open = open;
});
for (const group of groups) group.addEventListener("toggle", label);

for (const part of form.querySelectorAll("[data-role-find], [data-role-compare], [data-acts]"))
  part.hidden = false;
count();

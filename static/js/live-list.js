// <live-list>: keeps its table's rows true. Rows are the server's own HTML, the same as at first.
// While the mouse is over the rows none of them moves: "3 changes, show" waits instead.
import { unwatch, watch } from "haulout/live-socket";
import { paint } from "haulout/measured";
import { politely, word } from "haulout/say";

const FADE_MS = 350;
const PRESSED_MS = 50;
const JUST_DRAWN_MS = 3000;
const UNFOLDS = "details.fold, details[data-menu]";
// these say themselves what has ended and why, and what was read there can still be read
const SAYS_SO =
  "[data-logs], [data-terminals], stats-charts[data-drawn=live], [data-uploads]:not([hidden]), [data-load-list] > *";
const PAGE_ROWS = 50;
const parser = document.createElement("template");
// heads of groups have words for keys and are no rows
const isHead = (pk) => String(pk).startsWith("g");

function rowFrom(html) {
  parser.innerHTML = html;
  return parser.content.firstElementChild;
}

class LiveList extends HTMLElement {
  connectedCallback() {
    this.body = this.querySelector("[data-rows]");
    this.held = null;
    this.over = false;
    // whether the server has sent rows: this person could see the list when the page was drawn
    this.allowed = false;
    // what came while somebody presses a button in a row
    this.news = [];
    if (!this.body) return;
    this.room = this.querySelector(".table-room") ?? this;
    this.room.addEventListener("pointerenter", (event) => {
      this.over = event.pointerType === "mouse";
    });
    this.room.addEventListener("pointerleave", () => {
      this.over = false;
      this.release();
    });
    this.querySelector("[data-held]")?.addEventListener("click", () => this.release());
    // row key to its figures; those of the first page came with it
    this.figures = new Map(Object.entries(JSON.parse(this.dataset.figures ?? "{}")));
    this.paint();
    watch(this.id, this);
  }

  paint() {
    if (this.figures.size)
      for (const row of this.rows()) paint(row, this.figures.get(row.dataset.pk));
  }

  disconnectedCallback() {
    unwatch(this.id, this);
  }

  describe() {
    const have = {};
    for (const row of this.rows()) have[row.dataset.pk] = row.dataset.mark;
    const { list, q, locked, sort, group, page } = this.dataset;
    return { list, q, locked, sort, group, page, have };
  }

  rows() {
    return [...this.body.children].filter((row) => row.dataset.pk && !("going" in row.dataset));
  }

  // a row that is drawn anew between press and release would take no click
  apply(news) {
    this.allowed = true;
    this.news.push(news);
    if (this.news.length === 1) this.applyUnpressed();
  }

  applyUnpressed() {
    if (this.body.matches(":active")) setTimeout(() => this.applyUnpressed(), PRESSED_MS);
    else for (const news of this.news.splice(0)) this.draw(news);
  }

  draw(news) {
    const there = new Map(this.rows().map((row) => [row.dataset.pk, row]));
    for (const [pk, figures] of Object.entries(news.figures ?? {})) this.figures.set(pk, figures);
    let changed = 0;
    const fresh = new Map(this.held?.fresh);
    for (const [pk, html] of Object.entries(news.rows)) {
      const old = there.get(pk);
      if (!old) {
        fresh.set(pk, html);
        continue;
      }
      this.replace(old, html);
      changed += 1;
    }
    this.counts(news);
    const order = news.order.map(String);
    const now = [...there.keys()];
    const moves = order.length !== now.length || order.some((pk, at) => pk !== now[at]);
    if (!moves) {
      this.held = null;
      this.wait(0);
    } else if (this.over && now.length) this.hold(order, fresh, there);
    else this.arrange(order, fresh);
    this.paint();
    if (changed) politely(word("changed", { n: changed }));
    this.dispatchEvent(new CustomEvent("haulout:rows", { bubbles: true }));
  }

  replace(old, html) {
    const row = rowFrom(html);
    const picked = old.querySelector("[data-pick]")?.checked;
    const focused = old.contains(document.activeElement)
      ? (document.activeElement.dataset.part ?? "")
      : null;
    // what a person has unfolded stays so, and so does a menu that is open
    const unfolded = [...old.querySelectorAll(UNFOLDS)].map((fold) => fold.open);
    row.querySelectorAll(UNFOLDS).forEach((fold, at) => {
      fold.open ||= unfolded[at] ?? false;
    });
    row.dataset.changed = "";
    old.replaceWith(row);
    const box = row.querySelector("[data-pick]");
    if (picked && box) {
      box.checked = true;
      row.dataset.picked = "";
    }
    if (focused !== null)
      (row.querySelector(`[data-part="${focused}"]`) ?? row.querySelector("[data-part]"))?.focus();
    window.htmx?.process(row);
  }

  hold(order, fresh, there) {
    const wanted = new Set(order);
    const added = order.filter((pk) => !there.has(pk) && !isHead(pk)).length;
    let gone = 0;
    for (const [pk, row] of there) {
      const missing = !wanted.has(pk);
      row.toggleAttribute("data-absent", missing);
      gone += missing && !isHead(pk) ? 1 : 0;
    }
    this.held = { order, fresh };
    this.wait(Math.max(1, added + gone));
  }

  wait(count) {
    const button = this.querySelector("[data-held]");
    if (!button) return;
    button.hidden = count === 0;
    if (count)
      button.textContent = count === 1 ? word("changeShow") : word("changesShow", { n: count });
  }

  release() {
    if (!this.held) return;
    const { order, fresh } = this.held;
    this.held = null;
    this.wait(0);
    this.arrange(order, fresh);
    this.paint();
    this.dispatchEvent(new CustomEvent("haulout:rows", { bubbles: true }));
  }

  arrange(order, fresh) {
    const there = new Map(this.rows().map((row) => [row.dataset.pk, row]));
    const wanted = new Set(order);
    let gone = 0;
    let added = 0;
    for (const [pk, row] of there) if (!wanted.has(pk)) gone += this.dismiss(pk, row);
    let before = null;
    for (const pk of order) {
      let row = there.get(pk);
      if (!row && fresh.has(pk)) {
        row = rowFrom(fresh.get(pk));
        row.dataset.changed = "";
        added += isHead(pk) ? 0 : 1;
      }
      if (!row) continue;
      this.place(row, before);
      before = row;
    }
    const parts = [];
    if (gone) parts.push(word("removed", { n: gone }));
    if (added) parts.push(word("new", { n: added }));
    if (parts.length) politely(parts.join(", "));
  }

  // how many things that are gone this row stands for: 0 or 1
  dismiss(pk, row) {
    if (this.classList.contains("one")) {
      const known = "gone" in row.dataset;
      row.dataset.gone = "";
      // what was known stays to be read; nothing more can be done to it
      for (const past of row.querySelectorAll(".object-acts, .object-title > :not(h1)"))
        past.remove();
      return known ? 0 : 1;
    }
    row.dataset.going = "";
    setTimeout(() => row.remove(), FADE_MS);
    return isHead(pk) ? 0 : 1;
  }

  place(row, before) {
    let next = before ? before.nextElementSibling : this.body.firstElementChild;
    while (next && "going" in next.dataset) next = next.nextElementSibling;
    if (next === row) return;
    this.body.insertBefore(row, next);
    window.htmx?.process(row);
  }

  counts(news) {
    const { one, many } = this.dataset;
    const total = Number(news.total).toLocaleString();
    const head = this.querySelector("[data-count]");
    if (head && String(news.total) !== this.dataset.total) {
      head.textContent = `${total} ${news.total === 1 ? one : many}`;
    }
    Object.assign(this.dataset, { total: news.total, pages: news.pages });
    this.querySelector("[data-empty]")?.toggleAttribute("hidden", news.total > 0);
    const pager = this.querySelector("[data-pager]");
    if (!pager) return;
    pager.hidden = news.pages === 1;
    pager.querySelector("[data-newer]").hidden = news.page === 1;
    pager.querySelector("[data-older]").hidden = news.page >= news.pages;
    const first = (news.page - 1) * PAGE_ROWS + 1;
    const rows = news.order.filter((pk) => !isHead(pk)).length;
    const last = (first + rows - 1).toLocaleString();
    pager.querySelector("[data-range]").textContent = word("range", {
      first: first.toLocaleString(),
      last,
      total,
    });
  }

  refused() {
    // refused from the start, a page that was drawn just now would be the same again, and again
    const sameAgain = !this.allowed && performance.now() < JUST_DRAWN_MS;
    if (document.querySelector(SAYS_SO) || sameAgain) this.arrange([], new Map());
    else location.reload();
  }
}

customElements.define("live-list", LiveList);

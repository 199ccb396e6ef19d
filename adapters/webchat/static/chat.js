// What a chat page does beyond plain forms: shows new lines as they come, keeps what was typed until it has arrived, looks after focus and scrolling.
"use strict";

(() => {
  const page = document.body;
  const lines = document.getElementById("lines");
  const scroll = document.getElementById("scroll");
  const compose = document.getElementById("compose");
  const box = document.getElementById("text");
  const send = compose.querySelector(".send");
  const trouble = document.getElementById("trouble");
  const offline = document.getElementById("offline");
  const newest = document.getElementById("newest");
  const writing = document.getElementById("writing");
  const isTouch = window.matchMedia("(pointer: coarse)").matches;
  const title = document.title;

  // --- event ids: one for each thing somebody does, the same again when it has to be sent again -------------------------

  const ids = new WeakMap(); // form → { id, text }: sent, and not known to have arrived

  function freshId() {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function idFor(form) {
    const text = form === compose ? box.value : new URLSearchParams(new FormData(form)).toString();
    const sent = ids.get(form);
    if (sent && sent.text === text) return sent.id;
    // Changed words are a new event: sent under the old id they could be taken for a repetition and vanish.
    const id = freshId();
    ids.set(form, { id, text });
    return id;
  }

  // --- the box: what is typed survives a failed send and a reload --------------------------------------------------------

  const drafts = `laban.draft.${page.dataset.visitor}`;

  function keepDraft() {
    try {
      if (box.value) sessionStorage.setItem(drafts, JSON.stringify({ text: box.value, sent: ids.get(compose) || null }));
      else sessionStorage.removeItem(drafts);
    } catch {
      // Storage may be switched off; then a reload forgets the draft, nothing else.
    }
  }

  function fetchDraft() {
    try {
      const draft = JSON.parse(sessionStorage.getItem(drafts) || "null");
      if (!draft || box.value) return;
      box.value = draft.text;
      if (draft.sent) ids.set(compose, draft.sent);
    } catch {
      sessionStorage.removeItem(drafts);
    }
  }

  function fitBox() {
    if (!CSS.supports("field-sizing", "content")) {
      box.style.height = "auto";
      box.style.height = `${box.scrollHeight}px`;
    }
    send.classList.toggle("quietly", !box.value.trim());
  }

  box.addEventListener("input", () => { fitBox(); keepDraft(); });

  box.addEventListener("keydown", (event) => {
    // While an input method composes a character, Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    compose.requestSubmit();
  });

  // The browser's own "fill in this field" is noise in a chat: sending nothing does nothing.
  compose.noValidate = true;
  compose.addEventListener("submit", (event) => {
    if (box.value.trim()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // --- sending -----------------------------------------------------------------------------------------------------------

  let failed = null; // the form to send again

  function complain(words, remedy, form) {
    failed = form;
    const text = document.createElement("span");
    text.textContent = words;
    trouble.replaceChildren(text, document.getElementById(remedy).content.cloneNode(true));
  }

  trouble.addEventListener("click", (event) => {
    const what = event.target.closest("button")?.dataset.do;
    if (what === "reload") location.reload();
    if (what !== "again" || !failed) return;
    const form = failed;
    if (form === compose) box.focus();
    form.requestSubmit();
  });

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.parameters.event_id = idFor(event.detail.elt);
    keepDraft();
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    trouble.replaceChildren();
    failed = null;
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
    expectAnswer();
    if (form === compose) toEnd();
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
    if (event.detail.successful) {
      const sent = ids.get(form);
      ids.delete(form);
      if (form === compose) {
        // Somebody quick may have typed on meanwhile.
        box.value = sent && box.value.startsWith(sent.text) ? box.value.slice(sent.text.length).replace(/^\n/, "") : box.value;
        fitBox();
        keepDraft();
        if (!isTouch || document.activeElement === send) box.focus();
      }
      listen();
      return;
    }
    stopExpecting();
    const number = event.detail.xhr ? event.detail.xhr.status : 0;
    if (number === 413) complain(trouble.dataset.tooLong, "again", form);
    else if (number === 403 || number === 404 || number === 400) complain(trouble.dataset.stale, "reload", form);
    else complain(trouble.dataset.failed, "again", form);
    keepDraft();
  });

  // A second press while the first is on its way is the same press.
  document.addEventListener("click", (event) => {
    if (event.target.closest("button[aria-disabled='true']")) event.preventDefault();
  }, true);

  let waiting = 0;

  function expectAnswer() {
    clearTimeout(waiting);
    // An answer mostly comes faster than a sign of waiting could be understood.
    waiting = setTimeout(() => {
      writing.hidden = false;
      waiting = setTimeout(stopExpecting, 10000);
    }, 500);
  }

  function stopExpecting() {
    clearTimeout(waiting);
    writing.hidden = true;
  }

  // --- new lines -----------------------------------------------------------------------------------------------------------

  let source = null;
  let after = page.dataset.after;
  let pause = 0;
  let retry = 0;
  let silence = 0;

  function listen() {
    if (source || (document.hidden && silence === -1)) return;
    clearTimeout(retry);
    source = new EventSource(`${page.dataset.events}?after=${after}`);
    source.addEventListener("open", () => {
      pause = 0;
      clearTimeout(silence);
      silence = 0;
      offline.textContent = "";
    });
    source.addEventListener("lines", (event) => {
      after = event.lastEventId;
      page.dataset.after = after;
      show(event.data);
    });
    source.addEventListener("restart", () => location.reload());
    // Browsers differ in whether they come back by themselves, so we always do it ourselves.
    source.addEventListener("error", () => {
      hangUp();
      pause = Math.min(pause ? pause * 2 : 500, 15000);
      retry = setTimeout(listen, pause * (0.75 + Math.random() / 2));
      if (!silence) silence = setTimeout(() => { offline.textContent = offline.dataset.text; }, 1500);
    });
  }

  function hangUp() {
    if (source) source.close();
    source = null;
  }

  function localTime(line) {
    for (const time of line.querySelectorAll("time")) {
      const at = new Date(time.dateTime);
      const isToday = at.toDateString() === new Date().toDateString();
      const shape = isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
      time.textContent = new Intl.DateTimeFormat(page.dataset.lang, shape).format(at);
    }
  }

  function equip(line) {
    localTime(line);
    for (const filter of line.querySelectorAll(".filter")) filter.hidden = false;
    for (const fill of line.querySelectorAll("[data-fill]")) fill.hidden = false;
  }

  function show(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    const stays = !isAtEnd();
    const before = scroll.scrollTop;
    const height = scroll.scrollHeight;
    const added = [];
    let lostFocus = false;
    document.getElementById("hello")?.remove();
    for (const line of [...template.content.children]) {
      equip(line);
      const old = document.getElementById(line.id);
      if (old) {
        lostFocus ||= old.contains(document.activeElement);
        old.replaceWith(line);
      } else {
        line.classList.add("fresh");
        lines.append(line);
        added.push(line);
      }
      window.htmx.process(line);
    }
    const theirs = added.filter((line) => line.classList.contains("theirs"));
    if (theirs.length) stopExpecting();
    if (lostFocus) (isTouch ? scroll : box).focus({ preventScroll: true });
    if (stays && !added.some((line) => line.classList.contains("yours"))) {
      // Where the browser does not hold the place by itself, we do.
      if (!CSS.supports("overflow-anchor", "auto")) scroll.scrollTop = before - (scroll.scrollHeight - height);
      if (added.length) newest.hidden = false;
    } else if (added.length) {
      toEnd();
      // A message longer than the window is read from its beginning.
      const first = theirs[0];
      if (first && lines.getBoundingClientRect().bottom - first.getBoundingClientRect().top > scroll.clientHeight) {
        scroll.scrollTop += first.getBoundingClientRect().top - scroll.getBoundingClientRect().top - 12;
      }
    }
    if (document.hidden && theirs.length) document.title = `● ${title}`;
    const lang = theirs.at(-1)?.dataset.lang;
    if (lang && lang !== page.dataset.lang) changeLanguage();
  }

  // The words around the talk follow when somebody changes their language. Nothing typed is lost: the box keeps its draft.
  function changeLanguage() {
    keepDraft();
    location.reload();
  }

  // --- scrolling: the list is reversed, 0 is its end ---------------------------------------------------------------------

  function isAtEnd() {
    return Math.abs(scroll.scrollTop) < 48;
  }

  function toEnd() {
    scroll.scrollTop = 0;
    newest.hidden = true;
  }

  scroll.addEventListener("scroll", () => { if (isAtEnd()) newest.hidden = true; }, { passive: true });
  newest.addEventListener("click", () => { toEnd(); if (!isTouch) box.focus(); });

  // --- lists and forms ------------------------------------------------------------------------------------------------------

  function folded(text) {
    return text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase().replace(/đ/g, "d");
  }

  document.addEventListener("input", (event) => {
    const id = event.target.dataset.filter;
    if (!id) return;
    const wanted = folded(event.target.value.trim()).split(/\s+/);
    const items = [...document.getElementById(id).children];
    for (const item of items) item.hidden = !wanted.every((word) => folded(item.textContent).includes(word));
    const nothing = event.target.parentElement.querySelector(".no-match");
    nothing.textContent = items.every((item) => item.hidden) ? nothing.dataset.text : "";
  });

  document.addEventListener("keydown", (event) => {
    const id = event.target.dataset?.filter;
    const inList = event.target.closest?.(".choices.list");
    if (event.key === "Enter" && id) {
      event.preventDefault();
      const left = [...document.querySelectorAll(`#${CSS.escape(id)} > li:not([hidden]) button`)];
      if (left.length === 1) left[0].click();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (id || inList)) {
      const list = inList || document.getElementById(id);
      const stops = [...list.querySelectorAll(":scope > li:not([hidden]) :is(button, [type=checkbox])")];
      const next = stops[stops.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    }
  });

  document.addEventListener("click", (event) => {
    const fill = event.target.closest("[data-fill]");
    if (!fill) return;
    const field = document.getElementById(fill.dataset.fill);
    field.value = fill.dataset.words || fill.textContent;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });

  // --- beginning and end ----------------------------------------------------------------------------------------------------

  const HIDDEN_FOR = 5 * 60 * 1000;
  let asleep = 0;

  document.addEventListener("visibilitychange", () => {
    clearTimeout(asleep);
    if (document.hidden) {
      // Browsers allow six open connections to one server: forgotten tabs must not use them all up.
      asleep = setTimeout(() => { silence = -1; clearTimeout(retry); hangUp(); }, HIDDEN_FOR);
    } else {
      document.title = title;
      if (silence === -1) silence = 0;
      listen();
    }
  });

  window.addEventListener("online", () => { hangUp(); listen(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) { hangUp(); listen(); } });
  window.addEventListener("pagehide", hangUp);

  for (const line of lines.children) equip(line);
  fetchDraft();
  fitBox();
  toEnd();
  if (!isTouch) box.focus();
  listen();
})();

// What these pages do beyond plain forms: let people in by what stands behind the #, make every post equally long, copy a code.
// Nothing is kept in the browser: no cookie, no storage. What has to survive a page travels behind the # of the next one.
"use strict";

(() => {
  const SIZE_CLASS = 8 * 1024; // bytes: a form with 1 000 characters of four bytes fits
  const MOST = 60 * 1024; // the server takes 64 kB
  const page = document.body;
  const isFramed = page.dataset.address.endsWith("/telegram");

  // Out of the address bar and the history first of all: it is a way in.
  const arrived = new URLSearchParams(location.hash.slice(1));
  if (["in", "keep", "tgWebAppData"].some((name) => arrived.has(name))) {
    history.replaceState(null, "", location.pathname + location.search);
  }

  // --- equally long posts ------------------------------------------------------------------------------------------------

  async function lengthOf(form) {
    return (await new Response(new FormData(form)).arrayBuffer()).byteLength;
  }

  async function send(form) {
    const pad = form.elements.namedItem("pad");
    try {
      pad.value = "";
      const length = await lengthOf(form);
      if (length > MOST) return false;
      pad.value = "x".repeat((SIZE_CLASS - (length % SIZE_CLASS)) % SIZE_CLASS);
    } catch {
      // An old browser cannot measure; its post goes out as long as it is.
    }
    form.submit();
    return true;
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    event.preventDefault();
    // A second press while the first is on its way is the same press.
    if (form.dataset.sent) return;
    form.dataset.sent = "1";
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
    if (await send(form)) return;
    release(form);
    form.querySelector("textarea").focus();
  });

  function release(form) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
  });

  // --- who is inside: known to this page and its next one, and told to the server by forms that need it only -------------

  let look = document.documentElement.dataset.look || arrived.get("look") || "";
  let readers = page.dataset.readers === "1" || arrived.get("readers") === "1";
  let visit = arrived.get("keep") || "";
  for (const field of document.querySelectorAll("[data-visit]")) visit = field.value || visit;

  function furnish() {
    if (look) document.documentElement.dataset.look = look;
    for (const field of document.querySelectorAll("[data-look]:not(html)")) field.value = look;
    if (!visit) return;
    for (const field of document.querySelectorAll("[data-visit]")) field.value = visit;
    for (const tab of document.querySelectorAll("[data-inside]")) tab.hidden = "readers" in tab.dataset && !readers;
    for (const aside of document.querySelectorAll("[data-outside]")) aside.hidden = true;
    const kept = `#${new URLSearchParams({ keep: visit, look, readers: readers ? "1" : "" })}`;
    for (const link of document.querySelectorAll("a[data-keep]")) link.href = link.getAttribute("href") + kept;
    for (const form of document.querySelectorAll("form[data-keep]")) form.action = form.getAttribute("action") + kept;
  }

  // --- coming in ---------------------------------------------------------------------------------------------------------

  function isDark(colour) {
    const parts = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour || "");
    if (!parts) return null;
    const [red, green, blue] = parts.slice(1).map((part) => parseInt(part, 16));
    return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
  }

  function lookOfTelegram() {
    try {
      const dark = isDark(JSON.parse(arrived.get("tgWebAppThemeParams") || "{}").bg_color);
      return dark === null ? "" : dark ? "dark" : "light";
    } catch {
      return "";
    }
  }

  // Telegram's own script may not be loaded here, and these two words are all we would need it for.
  function tellTelegram(what) {
    if (window.TelegramWebviewProxy) window.TelegramWebviewProxy.postEvent(what, "{}");
    else if (window.parent !== window) window.parent.postMessage(JSON.stringify({ eventType: what, eventData: {} }), "*");
  }

  const enter = document.getElementById("enter");
  if (isFramed) look = look || lookOfTelegram();
  furnish();
  if (isFramed) {
    tellTelegram("web_app_ready");
    tellTelegram("web_app_expand");
  }
  if (enter && (arrived.get("in") || (isFramed && arrived.get("tgWebAppData")))) {
    enter.elements.namedItem("link").value = arrived.get("in") || "";
    enter.elements.namedItem("init").value = (isFramed && arrived.get("tgWebAppData")) || "";
    if (arrived.get("page") === "tray") enter.elements.namedItem("page").value = "tray";
    document.getElementById("door").hidden = true;
    document.getElementById("opening").hidden = false;
    send(enter);
  }

  // --- counting ------------------------------------------------------------------------------------------------------------

  for (const count of document.querySelectorAll("[data-count]")) {
    const box = document.getElementById(count.dataset.count);
    const limit = Number(box.dataset.limit);
    const show = () => {
      const left = limit - [...box.value].length;
      count.hidden = left > limit / 4;
      count.classList.toggle("over", left < 0);
      count.textContent = `${Math.abs(left)} ${left < 0 ? count.dataset.over : count.dataset.left}`;
    };
    box.addEventListener("input", show);
    show();
  }

  // --- copying -------------------------------------------------------------------------------------------------------------

  const copied = document.getElementById("copied");
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText("value" in source ? source.value : source.textContent.trim());
        copied.textContent = copied.dataset.done;
      } catch {
        if ("select" in source) source.select();
        else getSelection().selectAllChildren(source);
        copied.textContent = copied.dataset.failed;
      }
    });
  }

  // --- where to look -----------------------------------------------------------------------------------------------------

  const told = document.querySelector(".trouble, .done");
  if (told) {
    told.tabIndex = -1;
    told.focus();
    told.scrollIntoView({ block: "center" });
  }
})();

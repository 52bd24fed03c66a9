// What the server cannot do for a page that stays open: rest while hidden, tell the tab, copy, close menus.
(() => {
  // The sentence on top is what asks for news; where there is none, the number beside Integrations.
  const status = () => document.getElementById("status") ?? document.getElementById("nav-needs");

  document.addEventListener("htmx:before:request", (event) => {
    if (document.hidden && (status()?.contains(event.target) || event.target.id === "guide")) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && status()) window.htmx.trigger(status(), "look");
  });

  const tell = () => {
    const shown = status();
    if (!shown) return;
    const needs = Number(shown.dataset.needs);
    document.title = (needs ? `(${needs}) ` : "") + document.title.replace(/^\(\d+\) /, "");
    const icon = document.querySelector("link[rel=icon]");
    const wanted = needs ? icon.dataset.alert : icon.dataset.calm;
    if (icon.getAttribute("href") !== wanted) icon.setAttribute("href", wanted);
    const count = document.getElementById("nav-needs");
    if (count) count.textContent = needs || "";
  };
  document.addEventListener("htmx:after:swap", tell);

  document.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      await navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent.trim());
      copy.lastElementChild.textContent = "Copied";
    }
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  const showCopy = () => document.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
  showCopy();
  document.addEventListener("htmx:after:swap", showCopy);
  const opened = document.querySelector("[data-opened]");
  if (opened) opened.scrollIntoView({ block: "center", behavior: "instant" });
})();

// Coverage calendars: hovering and arrow keys say what a square stands for. Without this there are titles and the table.
(() => {
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  const say = (day) => {
    const line = day.closest("[data-calendar]").querySelector(".calendar-says");
    line.textContent = day.querySelector("title").textContent;
  };
  const go = (day) => {
    for (const one of day.closest("svg").querySelectorAll(".day[tabindex='0']")) one.setAttribute("tabindex", "-1");
    day.setAttribute("tabindex", "0");
    day.focus();
  };
  const beside = (day, [weeks, days]) => {
    const svg = day.closest("svg");
    const all = [...svg.querySelectorAll(".day")];
    // A chart has one row of bars, a calendar columns of seven.
    return all[all.indexOf(day) + weeks * (Number(svg.dataset.column) || 7) + days];
  };

  const show = () => document.querySelectorAll(".calendar-says[hidden]").forEach((line) => { line.hidden = false; });
  show();
  document.addEventListener("htmx:after:swap", show);
  document.addEventListener("pointerover", (event) => {
    const day = event.target.closest?.(".day");
    if (day) say(day);
  });
  document.addEventListener("click", (event) => {
    const day = event.target.closest?.(".day");
    if (day) go(day);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.(".day")) say(event.target);
  });
  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const day = event.target.closest?.(".day");
    if (!step || !day) return;
    event.preventDefault();
    const next = beside(day, step);
    if (next) go(next);
  });
})();

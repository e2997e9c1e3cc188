// Pressing Try shows the conversation, which stands below the editor where there is no room beside it, and says
// that it is on its way while the backend makes it.
(() => {
  const frame = document.querySelector("iframe[name=try]");
  const starting = document.querySelector(".try-starting > span");
  if (!(frame instanceof HTMLIFrameElement && starting instanceof HTMLElement)) return;
  document.getElementById("agent-form")?.addEventListener("submit", ({ submitter }) => {
    if (submitter?.getAttribute("formtarget") !== frame.name) return;
    starting.hidden = false;
    frame.scrollIntoView({ block: "nearest" });
  });
  frame.addEventListener("load", () => {
    starting.hidden = true;
  });
})();

// Pressing Try shows the conversation, which stands below the editor where there is no room beside it.
(() => {
  const frame = document.querySelector("iframe[name=try]");
  document.getElementById("agent-form")?.addEventListener("submit", ({ submitter }) => {
    if (frame instanceof HTMLIFrameElement && submitter?.getAttribute("formtarget") === frame.name) {
      frame.scrollIntoView({ block: "nearest" });
    }
  });
})();

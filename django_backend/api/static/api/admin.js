/** Names what the admin's forms leave without one for screen readers; its own scripts build them until "load". */
addEventListener("load", () => {
  for (const hint of document.querySelectorAll(".help-tooltip[aria-label]")) hint.role = "img";
  for (const part of document.querySelectorAll(".datetime input")) {
    const field = part.closest(".form-row")?.querySelector("label, legend")?.textContent.trim() ?? "";
    const kind = part.classList.contains("vTimeField") ? "Time" : "Date";
    part.ariaLabel = `${field} ${kind}`;
  }
});

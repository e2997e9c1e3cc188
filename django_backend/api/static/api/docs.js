/** What Swagger UI leaves outside of its landmarks, and the name that each part gets as one of its own. */
const REGIONS = new Map([
  [".information-container", "About the API"],
  [".scheme-container", "Authorization"],
]);

/**
 * Names those regions, each call's answers and its parameters' choices, lets keys scroll long examples, and closes the
 * gap between the levels of its title and of its groups of calls.
 */
function outline(root) {
  for (const [selector, name] of REGIONS)
    for (const part of root.querySelectorAll(`${selector}:not([role])`))
      Object.assign(part, { role: "region", ariaLabel: name });
  for (const answers of root.querySelectorAll(".responses-table[role]:not([aria-label])"))
    answers.ariaLabel = `Responses, ${answers.id}`;
  for (const choice of root.querySelectorAll("[data-param-name] select:not([aria-label])"))
    choice.ariaLabel = choice.closest("[data-param-name]").dataset.paramName;
  for (const example of root.querySelectorAll("pre.microlight:not([tabindex])")) example.tabIndex = 0;
  for (const heading of root.querySelectorAll(":is(h3, h4, h5, h6):not([aria-level])"))
    heading.ariaLevel = String(Number(heading.tagName[1]) - 1);
}

/** A plugin of Swagger UI: the name of a call is inside a button, so it is no link of its own there. */
function readable() {
  return { wrapComponents: { DeepLink: () => ({ text }) => text } };
}

const page = document.getElementById("swagger-ui");
new MutationObserver(() => outline(page)).observe(page, { childList: true, subtree: true });

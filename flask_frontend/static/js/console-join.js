// A link that makes an operator has its secret behind the #, which no server is told. It goes into the form,
// and out of the address bar and the browser's history.
(() => {
  const SECRET = /^#([\w-]{20,})$/;

  function take() {
    const found = SECRET.exec(location.hash);
    const field = document.getElementById("link");
    if (!found || !(field instanceof HTMLInputElement)) return;
    field.value = found[1];
    history.replaceState(null, "", location.pathname);
    document.getElementById("link-row")?.setAttribute("hidden", "");
  }

  take();
  window.addEventListener("hashchange", take);
})();

// Moves the focus to the post that the address names, so that keys and screen readers go on from there.
function goToNamed() {
  const named = /^#p-\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
  if (named) named.focus({ preventScroll: true });
}

addEventListener("hashchange", goToNamed);
goToNamed();

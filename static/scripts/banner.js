// A visitor's dismissal stays in their browser; a member's is a form that works without this.
const KEY = "banners dismissed";

try {
  const banner = document.querySelector("[data-banner]");
  const number = Number(banner?.dataset.banner);
  if (banner && Number(localStorage.getItem(KEY)) >= number) banner.hidden = true;
  else if (banner && !banner.querySelector("form")) {
    const button = banner.querySelector("[data-dismiss]");
    button.hidden = false;
    button.addEventListener("click", () => {
      localStorage.setItem(KEY, number);
      banner.hidden = true;
    });
  }
} catch (problem) {
  console.warn("The banner stays:", problem);
}

// What a reader meets on the page that is open; test_quality.py asks for each by its name.
({
  // Shifts of the layout that the reader did not cause (Layout Instability API).
  shift: () =>
    new Promise((resolve) => {
      let total = 0;
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => (total += entry.value))).observe({
        type: "layout-shift",
        buffered: true,
      });
      requestAnimationFrame(() => setTimeout(() => resolve(total), 0));
    }),

  // Bytes that came over the network for the page and all it needs.
  bytes: () =>
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].reduce(
      (sum, entry) => sum + entry.transferSize,
      0,
    ),

  // What makes the page wider than the window, outside regions that scroll by themselves.
  wider: () => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const scrolls = (element) =>
      element && (["auto", "scroll", "hidden"].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    return [...document.body.querySelectorAll("*")]
      .filter((element) => element.getBoundingClientRect().right > room + 0.5 && !scrolls(element.parentElement))
      .slice(0, 3)
      .map((element) => element.outerHTML.slice(0, 120));
  },

  // Text as WCAG 2.2, 1.4.12 says it may be spaced, without a style element, which the policy would refuse.
  space: () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }",
    );
    document.adoptedStyleSheets = [sheet];
  },

  // Text at twice its size, as a browser that enlarges text alone does it (WCAG 2.2, 1.4.4).
  enlarge: () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(":root { font-size: 200% !important }");
    document.adoptedStyleSheets = [sheet];
  },

  // Texts that are in one other language only, and do not say so.
  unsaid: (texts) => {
    const language = document.documentElement.lang;
    return [...document.querySelectorAll("main a, main h1, main h2, main h3, main dd, main li, main td, main p, main span")]
      .filter((element) => !element.matches("a[href^=http]") && !element.children.length && texts[element.textContent.trim()])
      .filter((element) => element.closest("[lang]").lang !== texts[element.textContent.trim()])
      .map((element) => `${language}: ${element.outerHTML.slice(0, 160)}`);
  },

  // The element that has the focus: a number in the order of the document, and whether its focus can be seen.
  focus: () => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const shows = (one) => {
      const style = getComputedStyle(one);
      return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none";
    };
    const box = element.getBoundingClientRect();
    return {
      place: [...document.querySelectorAll("*")].indexOf(element),
      seen: shows(element),
      inside: box.bottom > 0 && box.top < innerHeight && box.width > 0 && box.height > 0,
      html: element.outerHTML.slice(0, 120),
    };
  },

  // What can have the focus, in the order of the document.
  reachable: () => {
    const all = [...document.querySelectorAll("*")];
    return all
      .filter((element) => element.matches("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]"))
      .filter((element) => !element.disabled && element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true }))
      .map((element) => all.indexOf(element));
  },
})

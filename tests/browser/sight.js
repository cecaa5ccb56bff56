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

  // The texts of drawings with the contrast (WCAG 2.2, 1.4.3) to the shape or page they stand on, which axe leaves to people.
  drawn: () => {
    const bright = (colour) => {
      const parts = colour.match(/[\d.]+/g).slice(0, 3).map((part) => part / (colour.startsWith("color(") ? 1 : 255));
      const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const shape = (element) => ["rect", "circle", "ellipse", "polygon"].includes(element.localName);
    const colour = (element) => getComputedStyle(element)[shape(element) ? "fill" : "backgroundColor"];
    return [...document.querySelectorAll("main svg :is(text, tspan)")]
      .filter((text) => [...text.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()))
      .map((text) => {
        text.scrollIntoView({ block: "center", inline: "center" });
        const box = text.getBoundingClientRect();
        const below = document
          .elementsFromPoint(box.left + box.width / 2, box.top + box.height / 2)
          .filter((element) => shape(element) || !(element instanceof SVGElement))
          .find((element) => !/^none$|, 0\)$/.test(colour(element)));
        const two = [getComputedStyle(text).fill, below ? colour(below) : "rgb(255, 255, 255)"].map(bright).sort((a, b) => b - a);
        return [text.textContent.trim(), (two[0] + 0.05) / (two[1] + 0.05)];
      });
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

"""Pictures of the main pages for the README: `docs/screenshots.py ADDRESS FOLDER`, with a service that runs at the address."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# Name, path, width, height, colours.
PAGES = (
    ("home", "/nb/", 1280, 860, "light"),
    ("plan", "/nb/doc/plan/verdiskaping-2015-2020", 1280, 860, "light"),
    ("plan-phone", "/nb/doc/plan/verdiskaping-2015-2020", 390, 844, "light"),
    ("process-phone-dark", "/nn/doc/planning-process/verdiskaping-2015-2020", 390, 844, "dark"),
    ("data-dark", "/en/data", 1280, 860, "dark"),
)


def main(address: str, folder: str) -> None:
    """Take each picture anew, of what is seen before scrolling."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, path, width, height, colours in PAGES:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=colours)
            page.goto(address + path, wait_until="networkidle")
            page.screenshot(path=Path(folder) / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), sys.argv[2])

"""Pictures of the main pages for the README: `docs/screenshots.py BUSKERUD FJORDHEIM FOLDER`.

The first two are addresses where `planverk serve data/buskerud` and `planverk serve tests/fjordheim` answer; the
fictional county has actions, which no source of Buskerud shows.
"""

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

BUSKERUD, FJORDHEIM = 0, 1
DESK, PHONE = (1280, 860), (390, 844)
# Name, county, path, size of the window, colours.
PAGES = (
    ("home", BUSKERUD, "/nb/", DESK, "light"),
    ("plan", BUSKERUD, "/nb/doc/plan/verdiskaping-2015-2020", DESK, "light"),
    ("action", FJORDHEIM, "/nb/doc/action/2021-01", DESK, "light"),
    ("actor", FJORDHEIM, "/nb/doc/organisation/havtek", DESK, "light"),
    ("process", BUSKERUD, "/nb/doc/planning-process/verdiskaping-2015-2020", DESK, "light"),
    ("compare", FJORDHEIM, "/nb/compare/plan/nyskaping-2021-2028", DESK, "light"),
    ("data-dark", BUSKERUD, "/en/data", DESK, "dark"),
    ("search", FJORDHEIM, "/nb/search?q=havnaringer", DESK, "light"),
    ("plan-phone", BUSKERUD, "/nb/doc/plan/verdiskaping-2015-2020", PHONE, "light"),
    ("action-phone-dark", FJORDHEIM, "/nb/doc/action/2021-01", PHONE, "dark"),
    ("process-phone-dark", BUSKERUD, "/nn/doc/planning-process/verdiskaping-2015-2020", PHONE, "dark"),
    ("catalogue-phone", BUSKERUD, "/en/katalog", PHONE, "light"),
)


def main(addresses: list[str], folder: Path) -> None:
    """Take each picture anew, of what is seen before scrolling, as WebP."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, county, path, (width, height), colours in PAGES:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=colours)
            page.goto(addresses[county].rstrip("/") + path, wait_until="networkidle")
            Image.open(BytesIO(page.screenshot())).convert("RGB").save(folder / f"{name}.webp", quality=82, method=6)
            page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:3], Path(sys.argv[3]))

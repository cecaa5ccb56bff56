"""Which sources a plan builds on most, counted from the published tables with pandas and drawn with matplotlib.

Usage: python sources.py ADDRESS-OF-A-RELEASE PICTURE.svg
such as https://…/releases/1.0.0/ or https://…/releases/current/
"""

import sys

import matplotlib.pyplot as plt
import pandas as pd


def main(release: str, picture: str) -> None:
    """Fetch two tables, join them, and draw how many things of each kind build on each source."""
    things = pd.read_csv(release + "things.csv")
    links = pd.read_csv(release + "links.csv")
    links = links.merge(things, left_on="from", right_on="iri")
    cited = links[links["property"] == "http://purl.org/dc/terms/source"]
    per_source = cited.merge(things, left_on="to", right_on="iri", suffixes=("", "_source"))
    counted = per_source.groupby(["name_nb_source", "table"]).size().unstack(fill_value=0)
    top = counted.loc[counted.sum(axis=1).sort_values().index[-12:]]
    # A few kinds of things by name, the others together.
    kinds = top.sum().sort_values(ascending=False).index
    top = top[kinds[:6]].assign(andre=top[kinds[6:]].sum(axis=1))

    figure, axes = plt.subplots(figsize=(11, 6))
    top.plot.barh(stacked=True, ax=axes, colormap="Set2", width=0.8)
    axes.set_xlabel("Ting som viser til kilden")
    axes.set_ylabel("")
    axes.set_title("De mest brukte kildene, etter hva som bygger på dem")
    axes.legend(fontsize="small", loc="lower right")
    figure.tight_layout()
    figure.savefig(picture)
    print(top.sum(axis=1).to_string())


if __name__ == "__main__":
    main(*sys.argv[1:])

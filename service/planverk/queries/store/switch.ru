# Make a release the current one: this one triple is the whole switch, so no reader can meet it half done.
PREFIX schema: <https://schema.org/>
INSERT DATA { GRAPH $register { $release schema:position $position } }

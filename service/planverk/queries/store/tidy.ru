# Forget the switches before the last.
PREFIX schema: <https://schema.org/>
DELETE { GRAPH $register { ?release schema:position ?position } }
WHERE {
  GRAPH $register { ?release schema:position ?position }
  FILTER (?position < $position)
}

# Forget a release.
DELETE WHERE { GRAPH $register { $release ?predicate ?object } }
